import HostSystem
import OSTree
import SystemPackage
import TestSupport
import Testing

@testable import Compose

@Suite("Composer")
struct ComposerTests {
    @Test("Packages become a commit: translated paths, owners, modes, links, scripts and metadata")
    func composesPackages() async throws {
        let fixture = try ComposeFixture()
        let web = RPMFixture(
            "web", version: "2.0", epoch: 1,
            files: [
                .init("/etc/web.conf", .regular("secret\n"), mode: 0o640, group: "web"),
                .init("/usr/bin/web", .regular("#!/bin/sh\n"), mode: 0o4755),
                .init("/usr/bin/ping", .regular("ping"), mode: 0o755, directives: ["%caps(cap_net_raw=ep)"]),
                .init("/usr/share/web", .directory, mode: 0o2775, group: "web"),
                .init("/usr/share/web/page", .regular("page\n")),
                .init("/usr/share/web/same", .hardLink("/usr/share/web/page")),
                .init("/usr/share/doc/web", .regular("manual\n"), directives: ["%doc"]),
                .init("/usr/share/doc/license", .regular("license\n"), directives: ["%license"]),
                .init("/var/lib/web", .directory, mode: 0o750, owner: "web", group: "web"),
                .init("/var/lib/web/seed", .regular("seed\n"), mode: 0o600, owner: "web", group: "web"),
                .init("/run/web", .directory, mode: 0o755, owner: "web", group: "web"),
                .init("/opt/web", .directory), .init("/opt/web/bin", .regular("x\n")),
            ],
            scriptlets: [
                "post": "echo made >/usr/share/web/made\nrm /usr/share/web/same\nmkdir /var/lib/web/new\nexit 0"
            ])
        let packages = try await fixture.build([try await ComposeFixture.shell(), web])
        let commit = try await fixture.compose(
            packages,
            treefile: "documentation: false\nadd-commit-metadata: {answer: 42}\ncontainer-cmd: [/sbin/init]\n",
            extraFiles: ["usr/share/coreos-assembler/image.json": Array("{}".utf8)])
        let tree = try await fixture.list(commit.checksum)
        #expect(tree["/usr/etc/web.conf"] == "-00640 0 102")
        #expect(tree["/usr/bin/web"] == "-04755 0 0")
        #expect(tree["/usr/share/web"] == "d02775 0 102")
        #expect(tree["/usr/share/web/page"] == "-00644 0 0")
        #expect(tree["/usr/share/web/same"] == nil)
        #expect(tree["/usr/share/doc/web"] == nil && tree["/usr/share/doc/license"] != nil)
        #expect(tree["/usr/share/web/made"] == "-00644 0 102")
        #expect(tree["/usr/share/factory/var/lib/web/seed"] == "-00600 101 102")
        #expect(tree["/usr/lib/opt/web/bin"] == "-00644 0 0")
        #expect(tree["/bin"] == "l00777 0 0 -> usr/bin")
        #expect(tree["/home"] == "l00777 0 0 -> var/home")
        #expect(tree["/var"] == "d00755 0 0")
        #expect(tree.keys.filter { $0.hasPrefix("/var/") }.isEmpty)
        #expect(tree["/usr/share/coreos-assembler/image.json"] != nil)
        let state = try await fixture.text("/usr/lib/tmpfiles.d/rpm-ostree-autovar.conf", of: commit.checksum)
        for line in [
            "d /var/lib/web 0750 web web - -", "C /var/lib/web/seed - - - - -", "d /var/lib/web/new 0755 root root - -",
            "d /run/web 0755 web web - -", "L /opt/web - - - - ../../usr/lib/opt/web",
            "L /var/lib/rpm - - - - ../../usr/share/rpm",
        ] { #expect(state.split(separator: "\n").contains(Substring(line)), "\(line) in \(state)") }
        let attributes = try await Command(
            "ostree", ["--repo=\(fixture.target)", "ls", "-X", commit.checksum, "/usr/bin/ping"]
        ).run().text
        #expect(attributes.contains("security.capability"))
        let metadata = try Repository.open(fixture.target).commitRoot(commit.checksum)
        #expect(metadata.timestamp == 1_700_000_100)
        #expect(metadata.commitMetadata["version"]?.string == "1.0")
        #expect(metadata.commitMetadata["answer"]?.integer == 42)
        #expect(metadata.commitMetadata["rpmostree.rpmdb.pkglist"]?.count == 2)
        #expect(metadata.commitMetadata["ostree.container-cmd"]?[0].string == "/sbin/init")
        let own = try #require(commit.packages.first { $0.name == "web" })
        #expect(own.nevra == "web-1:2.0-1.noarch")
        #expect(own.files.contains("usr/share/web/page") && !own.files.contains("usr/share/web/same"))
        #expect(commit.statistics.packagesImported == 2 && commit.statistics.scripts == 1)
        try await Command("ostree", ["--repo=\(fixture.target)", "fsck", "--quiet"]).run()
    }

    @Test("The same inputs give the same commit from fresh repositories, and a cached package is not read again")
    func isReproducible() async throws {
        let web = RPMFixture(
            "web", files: [.init("/usr/share/web", .regular("page\n"))],
            scriptlets: ["post": "cat /proc/sys/kernel/hostname >/usr/share/host; echo $SOURCE_DATE_EPOCH >/etc/time"])
        let first = try ComposeFixture()
        let packages = try await first.build([try await ComposeFixture.shell(), web])
        let one = try await first.compose(packages)
        let second = try ComposeFixture()
        let two = try await second.compose(packages.reversed())
        #expect(one.checksum == two.checksum)
        #expect(two.statistics.packagesImported == 2)
        let again = try await second.compose(packages)
        #expect(again.statistics.packagesCached == 2)
        #expect(again.checksum == one.checksum)
        #expect(try await second.text("/usr/share/host", of: two.checksum) == "localhost\n")
        #expect(try await second.text("/usr/etc/time", of: two.checksum) == "1700000100\n")
        let later = try await second.compose(packages, version: "1.1")
        #expect(later.checksum != one.checksum && later.contentChecksum == one.contentChecksum)
    }

    @Test("The package database opens on a read-only tree and names every package")
    func hasPackageDatabase() async throws {
        let fixture = try ComposeFixture()
        let packages = try await fixture.build([
            try await ComposeFixture.shell(), RPMFixture("web", files: [.init("/usr/share/web")]),
        ])
        let commit = try await fixture.compose(packages)
        let tree = fixture.directory.appending("out")
        try await Command(
            "ostree", ["--repo=\(fixture.target)", "checkout", "-U", commit.checksum, tree.string]
        ).run()
        let database = tree.appending("usr/share/rpm")
        #expect(try sortedNames(database) == ["rpmdb.sqlite"])
        // SQLite's format versions: 2 stands for a write-ahead log, for which a reader needs to make files beside it.
        #expect(try FileContent.read(database.appending("rpmdb.sqlite"))[18..<20] == [1, 1])
        try await Command("chmod", ["-R", "a-w", tree.appending("usr/share/rpm").string]).run()
        let names = try await Command(
            "rpm", ["--dbpath", tree.appending("usr/share/rpm").string, "-qa", "--qf", "%{nevra} %{installtime}\n"]
        ).run().text
        #expect(
            names.split(separator: "\n").sorted() == [
                "shell-1.0-1.x86_64 1700000100", "web-1.0-1.noarch 1700000101",
            ])
    }
}
