import Foundation
import HostSystem
import Ignition
import SystemPackage
import TestSupport
import Testing
import VirtualMachine

@testable import TestRunner

/// Tests that must fail, with the reason in report.json. Their guests would let a run wait for a quarter of an hour where the
/// end of a machine or of a test were not events.
@Suite(.serialized, .timeLimit(.minutes(30))) struct FailureTwinTests {
    private static let image = ProcessInfo.processInfo.environment["COSA_TEST_IMAGE"].map { FilePath($0) }
    private static let needsImage = Comment(rawValue: "COSA_TEST_IMAGE names no disk image to boot")

    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder(prefix: "twin") }

    private struct Report: Decodable {
        struct Test: Decodable {
            let name: String
            let result: String
            let output: String
        }
        let tests: [Test]
        let result: String
    }

    /// Runs tests and returns what report.json says of the only one.
    private func run(_ image: FilePath, native: [KolaTest] = [], projects: [FilePath] = []) async throws -> Report.Test
    {
        var options = RunOptions(image: image)
        options.outputDirectory = folder.path.appending("out")
        options.externalDirectories = projects
        options.extendTimeoutPercentage = 100
        let summary = try await TestRun(options, native: native) { _ in }.run()
        #expect(summary.report?.outcome == .fail)
        let data = Data(try FileContent.read(summary.output.appending("reports/report.json")))
        let report = try JSONDecoder().decode(Report.self, from: data)
        #expect(report.result == "FAIL")
        #expect(report.tests.count == 1)
        return try #require(report.tests.first)
    }

    private func native(
        _ ignition: IgnitionConfig? = nil, _ body: @escaping @Sendable (Guest) async throws -> Void = { _ in }
    ) -> KolaTest {
        KolaTest(name: "twin", ignition: ignition, body: .native { context in try await body(context.guest) })
    }

    @Test func guestThatPanicsWhileItBoots() async throws {
        defer { folder.remove() }
        let disk = folder.path.appending("disk.img")
        try BootSector.write("booting\r\nKernel panic - not syncing: no init\r\n", to: disk)
        let test = try await run(disk, native: [native()])
        #expect(test.result == "FAIL")
        #expect(
            test.output.contains(
                "kernel panic on the console (the kernel stopped): Kernel panic - not syncing: no init"))
        #expect(test.output.contains("    booting"))
    }

    @Test func emulatorThatIsKilledWhileTheGuestBoots() async throws {
        defer { folder.remove() }
        let disk = folder.path.appending("disk.img")
        try BootSector.write("booting\r\n", to: disk)
        let output = folder.path.appending("out")
        let killer = Task {
            while !Task.isCancelled {
                if let number = Self.emulator(after: output) {
                    kill(number, SIGKILL)
                    return
                }
                try await Task.sleep(for: .milliseconds(20))
            }
        }
        let test = try await run(disk, native: [native()])
        killer.cancel()
        #expect(test.output.contains("QEMU was killed by signal 9"))
    }

    /// The machine of this run, once it has written to its console. Other tests of this process have machines too.
    private static func emulator(after output: FilePath) -> Int32? {
        let folder = output.appending("twin")
        let identifier = FileContent.names(in: folder).first { name in
            let console = try? FileContent.read(folder.appending(name).appending("console.txt"))
            return console.map { String(decoding: $0, as: UTF8.self).contains("booting") } ?? false
        }
        guard let identifier else { return nil }
        return FileContent.names(in: "/proc").compactMap { Int32($0) }.first { number in
            guard let line = try? FileContent.read(FilePath("/proc/\(number)/cmdline")) else { return false }
            let text = String(decoding: line, as: UTF8.self)
            return text.contains(QEMUArguments.emulator) && text.contains(identifier)
        }
    }

    @Test(.enabled(if: image != nil, needsImage)) func unitThatFails() async throws {
        defer { folder.remove() }
        var config = IgnitionConfig()
        config.addUnit(
            "kola-twin.service",
            contents: """
                [Service]
                Type=oneshot
                ExecStart=/bin/sh -c 'echo the reason; exit 7'
                [Install]
                WantedBy=multi-user.target

                """)
        let test = try await run(try #require(Self.image), native: [native(config)])
        #expect(test.output.contains("failed units: kola-twin.service"))
        #expect(test.output.contains("the reason"))
    }

    @Test(.enabled(if: image != nil, needsImage)) func kernelThatPanics() async throws {
        defer { folder.remove() }
        let test = try await run(
            try #require(Self.image),
            native: [native { guest in try await guest.run("echo c | sudo tee /proc/sysrq-trigger; sleep 1000") }])
        #expect(test.output.contains("kernel panic on the console (the kernel stopped): "))
        #expect(test.output.contains("Kernel panic - not syncing: sysrq triggered crash"))
    }

    @Test(.enabled(if: image != nil, needsImage)) func emulatorThatIsKilled() async throws {
        defer { folder.remove() }
        let test = try await run(
            try #require(Self.image),
            native: [
                native { guest in
                    kill(guest.machine.processIdentifier, SIGKILL)
                    try await guest.run("sleep 1000")
                }
            ])
        #expect(test.output.contains("QEMU was killed by signal 9"))
    }

    @Test(.enabled(if: image != nil, needsImage)) func externalTestThatExitsWith3() async throws {
        defer { folder.remove() }
        let project = folder.path.appending("proj")
        let tests = project.appending("tests/kola")
        try FileContent.createDirectory(tests)
        let mode: FilePermissions = [.ownerReadWriteExecute, .groupReadExecute, .otherReadExecute]
        let script = """
            #!/bin/bash
            ## kola:
            ##   tags: twin
            echo "last words of $KOLA_TEST"
            exit 3

            """
        try AtomicFile.write(Array(script.utf8), to: tests.appending("test.sh"), mode: mode)
        let test = try await run(try #require(Self.image), projects: [project])
        #expect(test.name == "ext.proj")
        #expect(test.output.contains("the test exited with status 3"))
        #expect(test.output.contains("last words of ext.proj"))
    }
}
