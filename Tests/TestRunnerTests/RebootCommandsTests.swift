import Foundation
import HostSystem
import SystemPackage
import Testing
import VirtualMachine

@testable import TestRunner

/// The guest's scripts, run by the bash of this host; a script stands in for systemctl, of which hosts have different versions.
@Suite struct RebootCommandsTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder(prefix: "reboot") }

    /// Runs `text` under the name `name`, with a systemctl that writes down what it is asked for.
    private func run(_ text: String, as name: String, _ arguments: [String] = [], help: String, count: String = "")
        async throws -> (said: String, asked: String, status: Int32, errors: String)
    {
        let (port, asked) = (folder.path.appending("port"), folder.path.appending("asked"))
        for path in [port, asked] { try AtomicFile.write([], to: path) }
        let systemctl = """
            #!/bin/bash
            case $1 in
            --help) echo '\(help)' ;;
            show) echo '\(count)' ;;
            *) echo "$*" >>'\(asked)' ;;
            esac

            """
        try program("systemctl", systemctl)
        try program("sleep", "#!/bin/bash\n")
        let script = GuestPort.allCases.reduce(text) { $0.replacing($1.device, with: "'\(port)'") }
        try program(name, script.hasPrefix("#!") ? script : "#!/bin/bash\n" + script)
        let path = "\(folder.path):/usr/bin:/bin"
        let result = try await Command(
            "/usr/bin/env", ["PATH=\(path)", folder.path.appending(name).string] + arguments
        ).capture()
        func content(_ path: FilePath) throws -> String {
            String(decoding: try FileContent.read(path), as: UTF8.self).trimmingCharacters(in: .newlines)
        }
        return (try content(port), try content(asked), result.status, result.standardError)
    }

    private func program(_ name: String, _ text: String) throws {
        try AtomicFile.write(Array(text.utf8), to: folder.path.appending(name), mode: .ownerReadWriteExecute)
    }

    private static let modern = "reboot, soft-reboot, poweroff"
    private static let old = "reboot, poweroff"

    @Test(arguments: [
        ("autopkgtest-reboot", "--no-block reboot"), ("autopkgtest-reboot-prepare", ""),
        ("autopkgtest-soft-reboot", "--no-block soft-reboot"), ("autopkgtest-soft-reboot-prepare", ""),
    ])
    func hostLearnsTheMarkBeforeTheGuestGoesDown(name: String, asked: String) async throws {
        defer { folder.remove() }
        #expect(RebootCommands.names.contains(name))
        let result = try await run(RebootCommands.script, as: name, ["mark-1"], help: Self.modern)
        #expect(result.said == "reboot mark-1")
        #expect(result.asked == asked)
        #expect(result.status == 0)
    }

    @Test func softRebootWithAnOldSystemdIsAnErrorOfTheTest() async throws {
        defer { folder.remove() }
        let soft = try await run(RebootCommands.script, as: "autopkgtest-soft-reboot", ["m"], help: Self.old)
        #expect(soft.status == 1)
        #expect(soft.said.isEmpty && soft.asked.isEmpty)
        #expect(
            soft.errors == "autopkgtest-soft-reboot: this systemd has no soft-reboot, which came with version 254\n")
        #expect(try await run(RebootCommands.script, as: "autopkgtest-reboot", ["m"], help: Self.old).status == 0)
    }

    @Test(arguments: [[], ["a b"], ["$(touch x)"], ["a", "b"]])
    func markThatIsNoneIsRefused(arguments: [String]) async throws {
        defer { folder.remove() }
        let result = try await run(RebootCommands.script, as: "autopkgtest-reboot", arguments, help: Self.modern)
        #expect(result.status == 2)
        #expect(result.said.isEmpty && result.asked.isEmpty)
        #expect(result.errors == "usage: autopkgtest-reboot MARK (letters, digits and ._+- only)\n")
    }

    @Test(arguments: [("", ""), ("0", ""), ("3", "+3")])
    func readyBootSaysHowOftenItWasSoftlyRebooted(count: String, suffix: String) async throws {
        defer { folder.remove() }
        let result = try await run(GuestConfiguration.readyScript, as: "ready", help: "", count: count)
        let identifier = String(decoding: try FileContent.read("/proc/sys/kernel/random/boot_id"), as: UTF8.self)
        #expect(result.said == "ready " + identifier.trimmingCharacters(in: .newlines) + suffix)
    }
}
