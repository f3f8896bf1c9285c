import Foundation
import HostSystem
import SystemPackage
import Testing

@testable import TestRunner

@Suite struct ForkIdentityTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder(prefix: "identity") }

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
        for name in ["etc/ssh", "proc/sys/kernel", "dev", "run"] {
            try FileContent.createDirectory(root.appending(name))
        }
        try AtomicFile.write([1], to: root.appending("etc/ssh/ssh_host_rsa_key"))
        // The same script, with its paths below another root and without the clock.
        var script = identity.script(time: Date(timeIntervalSince1970: 1))
        #expect(script.contains("date --set=@1.000"))
        script = script.split(separator: "\n").filter { !$0.hasPrefix("date ") }.joined(separator: "\n")
        for name in ["/etc/", "/proc/", "/dev/urandom", "/run/"] {
            script = script.replacing(name, with: "\(root)\(name)")
        }
        try await Command("bash", ["-c", script]).run()
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

    @Test(.enabled(if: geteuid() == 0, "only root may reseed"))
    func reseedProgramRuns() async throws {
        defer { folder.remove() }
        let program = folder.path.appending("reseed")
        try AtomicFile.write(RandomReseed.program, to: program, mode: .ownerReadWriteExecute)
        #expect(try await Command(program.string, []).capture().status == 0)
    }
}
