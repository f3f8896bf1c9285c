import Testing

@testable import Compose

@Suite("Import rules")
struct ImportRulesTests {
    @Test(
        "Refs of the package cache are escaped as rpm-ostree does",
        arguments: [
            ("foo", "1.0-1.x86_64", "rpmostree/pkg/foo/1.0-1.x86__64"),
            ("foo-ext", "1:2.2.0-1.x86_64", "rpmostree/pkg/foo-ext/1_3A2.2.0-1.x86__64"),
            ("libstdc++", "1.0~rc1-1.noarch", "rpmostree/pkg/libstdc_2B_2B/1.0_7Erc1-1.noarch"),
        ])
    func cacheBranch(name: String, evra: String, branch: String) {
        #expect(CacheBranch.name(name, evra: evra) == branch)
    }

    @Test(
        "Paths of packages go where an image-based system has them",
        arguments: [
            ("/etc", PathTranslation.tree("usr/etc")),
            ("/etc/foo", .tree("usr/etc/foo")),
            ("/usr/lib/foo", .tree("usr/lib/foo")),
            ("/bin/sh", .tree("usr/bin/sh")),
            ("/lib64/ld.so", .tree("usr/lib64/ld.so")),
            ("/boot/vmlinuz-1", .tree("usr/lib/ostree-boot/vmlinuz-1")),
            ("/boot", .skip),
            ("/opt", .skip),
            ("/opt/foo/bar", .linked("usr/lib/opt/foo/bar", link: "/opt/foo", target: "../../usr/lib/opt/foo")),
            (
                "/var/lib/alternatives/x",
                .linked(
                    "usr/lib/alternatives/x", link: "/var/lib/alternatives", target: "../../usr/lib/alternatives")
            ),
            ("/var/lib/selinux/targeted/active", .tree("usr/etc/selinux/targeted/active")),
            ("/var/lib/selinux/targeted/semanage.read.LOCK", .skip),
            ("/var/lib/rpm/rpmdb.sqlite", .skip),
            ("/usr/lib/sysimage/rpm", .skip),
            ("/var/log/foo", .state("/var/log/foo")),
            ("/var/run/foo", .state("/run/foo")),
            ("/run/foo", .state("/run/foo")),
            ("/usr/local/bin", .state("/var/usrlocal/bin")),
            ("/usr/local", .skip),
            ("/home", .skip),
            ("/srv/www", .unsupported),
            ("/foo", .unsupported),
        ])
    func translation(path: String, place: PathTranslation) {
        #expect(PathTranslation.of(path) == place)
    }

    @Test("Links of the root layout are left to it, other toplevel links have no place")
    func toplevelLinks() {
        #expect(PathTranslation.of("/bin", isSymlink: true) == .skip)
        #expect(PathTranslation.of("/home", isSymlink: true) == .skip)
        #expect(PathTranslation.of("/data", isSymlink: true) == .unsupported)
        #expect(PathTranslation.of("/usr/local/bin", keepsLocal: true) == .tree("usr/local/bin"))
    }

    @Test(
        "Capabilities become the kernel's attribute",
        arguments: [
            ("cap_net_bind_service,cap_net_raw=ep", "0100000200240000000000000000000000000000"),
            ("cap_net_raw=p", "0000000200200000000000000000000000000000"),
            ("cap_setuid=ep cap_setgid+i", "0100000280000000400000000000000000000000"),
            ("cap_bpf=eip", "0100000200000000000000008000000080000000"),
            ("cap_net_raw+ep-e", "0000000200200000000000000000000000000000"),
        ])
    func capabilities(text: String, hexadecimal: String) {
        let bytes = FileCapabilities.bytes(text)
        #expect(bytes?.map { $0 < 16 ? "0\(String($0, radix: 16))" : String($0, radix: 16) }.joined() == hexadecimal)
    }

    @Test("Capabilities that nobody knows are not guessed", arguments: ["cap_magic=ep", "cap_net_raw", "=x"])
    func unknownCapabilities(text: String) {
        #expect(FileCapabilities.bytes(text) == nil)
    }

    @Test("Doubled slashes of link targets are collapsed")
    func linkTargets() {
        #expect(PackageImporter.collapse("../../..//sbin/chkconfig") == "../../../sbin/chkconfig")
        #expect(PackageImporter.collapse("/a///b/") == "/a/b/")
    }
}
