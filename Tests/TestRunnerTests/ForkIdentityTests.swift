import Foundation
import HostSystem
import SystemPackage
import Testing

@testable import TestRunner

@Suite struct ForkIdentityTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder(prefix: "identity") }

    private func makeFolders(in root: FilePath) throws {
        for name in ["etc/ssh", "proc/sys/kernel", "dev", "run", "bin"] {
            try FileContent.createDirectory(root.appending(name))
        }
    }

    /// What is run before a machine is saved and in its fork, with the paths below another root.
    private func script(of identity: ForkIdentity, in root: FilePath) -> String {
        let script = ForkIdentity.preparation + "\n" + identity.script(time: Date(timeIntervalSince1970: 1))
        return ["/etc/", "/proc/", "/dev/urandom", "/run/"].reduce(script) { $0.replacing($1, with: "\(root)\($1)") }
    }

    @Test func noTwoAreAlike() async throws {
        defer { folder.remove() }
        let one = try await ForkIdentity.generate(hostname: "qemu0", in: folder.path)
        let two = try await ForkIdentity.generate(hostname: "qemu0", in: folder.path)
        #expect(one.machineIdentifier.wholeMatch(of: /[0-9a-f]{32}/) != nil)
        #expect(one.machineIdentifier != two.machineIdentifier)
        #expect(one.hostKey != two.hostKey)
        #expect(one.seed != two.seed)
        #expect(one.hostPublicKey.hasPrefix("ssh-ed25519 "))
    }

    @Test func scriptReplacesKeysAndNames() async throws {
        defer { folder.remove() }
        let identity = try await ForkIdentity.generate(hostname: "qemu7", in: folder.path)
        let root = folder.path.appending("root")
        try makeFolders(in: root)
        for kind in ["rsa", "ed25519"] {
            try AtomicFile.write([1], to: root.appending("etc/ssh/ssh_host_\(kind)_key"))
        }
        let script = script(of: identity, in: root)
        #expect(script.contains("date --set=@1.000"))
        try await Command("bash", ["-c", "date() { :; }\n" + script]).run()
        func text(_ name: String) throws -> String {
            String(decoding: try FileContent.read(root.appending(name)), as: UTF8.self)
        }
        #expect(try text("proc/sys/kernel/hostname") == "qemu7\n")
        #expect(try text("etc/machine-id") == identity.machineIdentifier + "\n")
        #expect(
            FileContent.names(in: root.appending("etc/ssh")) == ["ssh_host_ed25519_key", "ssh_host_ed25519_key.pub"])
        let key = root.appending("etc/ssh/ssh_host_ed25519_key").string
        let derived = try await Command("ssh-keygen", ["-y", "-f", key]).run().text
        #expect(try text("etc/ssh/ssh_host_ed25519_key.pub").hasPrefix(derived.trimmingCharacters(in: .newlines)))
    }

    @Test(arguments: [
        ("OpenSSH_9.2p1 Debian-2+deb12u7, OpenSSL 3.0.17", false), ("OpenSSH_9.7p1, OpenSSL", false),
        ("OpenSSH_8.10p1", false), ("OpenSSH_9.8p1", true), ("OpenSSH_10.0p2 Debian-7", true), ("dropbear", true),
    ])
    func sshServerThatHandsItsKeysOnReadsThemAnew(version: String, isTold: Bool) async throws {
        defer { folder.remove() }
        let root = folder.path.appending("root")
        try makeFolders(in: root)
        let ssh = "#!/bin/bash\necho '\(version)' >&2\n"
        try AtomicFile.write(Array(ssh.utf8), to: root.appending("bin/ssh"), mode: .ownerReadWriteExecute)
        let identity = try await ForkIdentity.generate(hostname: "qemu0", in: folder.path)
        // The server is the script's own shell.
        let text =
            "PATH=\(root)/bin:$PATH; echo $$ >\(root)/run/sshd.pid; date() { :; }\ntrap 'echo told' HUP\n"
            + script(of: identity, in: root)
        let said = try await Command("bash", ["-c", text]).run().text
        #expect(said == (isTold ? "told" : ""))
    }

    @Test(.enabled(if: geteuid() == 0, "only root may reseed"))
    func reseedProgramRuns() async throws {
        defer { folder.remove() }
        let program = folder.path.appending("reseed")
        try AtomicFile.write(RandomReseed.program, to: program, mode: .ownerReadWriteExecute)
        #expect(try await Command(program.string, []).capture().status == 0)
    }
}
