import Deployment
import Foundation
import HostSystem
import SystemPackage
import TestSupport
import Testing

@Suite("Building a sysroot")
struct SysrootBuilderTests {
    private func build(_ origin: (OSTreeFixture) -> DeploymentOrigin, in directory: TemporaryDirectory) async throws
        -> (PreparedSysroot, OSTreeFixture)
    {
        let fixture = try await OSTreeFixture(in: directory)
        let request = SysrootRequest(
            directory: directory.appending("sysroot"), repository: fixture.repository, commit: fixture.commit,
            osname: "fixture", origin: origin(fixture),
            kernelArguments: ["root=LABEL=root", "rw", "$ignition_firstboot", "console=tty0", "console=ttyS0"])
        return (try await SysrootBuilder().build(request), fixture)
    }

    @Test("ostree itself lists the deployment, and both kinds of boot entries have the kernel arguments")
    func deployment() async throws {
        let directory = try TemporaryDirectory()
        defer { withExtendedLifetime(directory) {} }
        let (sysroot, fixture) = try await build({ .ref($0.ref, remote: "demo") }, in: directory)
        let status = try await Command("ostree", ["admin", "status", "--sysroot", sysroot.directory]).run().text
        #expect(status.contains("fixture \(fixture.commit).0"))
        #expect(status.contains("origin refspec: demo:\(fixture.ref)"))
        #expect(sysroot.deployment == "ostree/deploy/fixture/deploy/\(fixture.commit).0")

        let expected =
            "root=LABEL=root rw $ignition_firstboot console=tty0 console=ttyS0 ostree=/ostree/boot.1/fixture/"
        let boot = sysroot.path.appending("boot")
        let entry = BootLoaderEntry(
            parsing: try String(
                contentsOfFile: boot.appending("loader/entries/ostree-1-fixture.conf").string, encoding: .utf8))
        #expect(entry.kernelArguments.description.hasPrefix(expected))
        #expect(entry["title"] == "Fixture 1 (ostree:0)")
        let syslinux = try String(contentsOfFile: boot.appending("syslinux/syslinux.cfg").string, encoding: .utf8)
        #expect(syslinux.contains("APPEND \(expected)"))
        #expect(syslinux.hasPrefix("TIMEOUT 10\n"))
        #expect(FileManager.default.fileExists(atPath: boot.string + entry["linux", default: ""]))
    }

    @Test("the repository is a clean bare one that mounts read-only, and nothing temporary is left in it")
    func repository() async throws {
        let directory = try TemporaryDirectory()
        defer { withExtendedLifetime(directory) {} }
        let (sysroot, _) = try await build({ .ref($0.ref, remote: nil) }, in: directory)
        let repository = sysroot.path.appending("ostree/repo")
        #expect(try FileManager.default.contentsOfDirectory(atPath: repository.appending("tmp").string).isEmpty)
        try await Command("ostree", ["fsck", "--repo", repository.string]).run()
        let config = try String(contentsOfFile: repository.appending("config").string, encoding: .utf8)
        #expect(config.contains("mode=bare\n"))
        #expect(config.contains("bootloader=syslinux\n") && config.contains("readonly=true\n"))
        #expect(config.contains("fsync=true\n"))
        let suid = try FileManager.default.attributesOfItem(
            atPath: sysroot.path.appending(sysroot.deployment).appending("usr/bin/suid").string)
        #expect(suid[.posixPermissions] as? Int == 0o4755)
    }

    @Test("a container image becomes the origin, and the directory can be removed again")
    func containerOrigin() async throws {
        let directory = try TemporaryDirectory()
        defer { withExtendedLifetime(directory) {} }
        let (sysroot, _) = try await build(
            { _ in .container(imageReference: "ostree-unverified-registry:quay.io/demo:1") }, in: directory)
        let origin = try String(
            contentsOfFile: sysroot.path.appending(sysroot.deployment + ".origin").string, encoding: .utf8)
        #expect(origin.contains("container-image-reference=ostree-unverified-registry:quay.io/demo:1\n"))
        try await Command("chattr", ["+i", sysroot.path.appending(sysroot.deployment).string]).run()
        try await SysrootBuilder.remove(sysroot.path)
        #expect(!FileManager.default.fileExists(atPath: sysroot.directory))
    }
}

extension BootLoaderEntry {
    fileprivate subscript(key: String, default value: String) -> String { self[key] ?? value }
}
