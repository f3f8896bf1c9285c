import Foundation
import HostSystem
import SystemPackage
import TestSupport
import Testing
import VirtualMachine

@testable import TestRunner

/// Guests that do what they can against their host, beside one that is innocent: two at a time, in copies of one machine.
@Suite(.timeLimit(.minutes(30))) struct SurvivalTests {
    private static let image = ProcessInfo.processInfo.environment["COSA_TEST_IMAGE"].map { FilePath($0) }

    /// What runs something where a name is taken for a command.
    private static let evil = #"it's "$(touch pwned)" `touch pwned`; touch pwned #&|"#

    private static let scripts = [
        "flood": "timeout 20 yes 'a console at full speed' >/dev/ttyS0 || :",
        "garbage": """
        for port in ready test command journal; do
            head -c 100000 /dev/urandom >>/dev/virtio-ports/com.coreos.kola.$port || :
        done
        head -c 100000 /dev/urandom >/dev/virtio-ports/mantlejournal || :
        sleep 1000
        """,
        "innocent": "true",
        evil: #"[ "$KOLA_TEST_EXE" = "$(cat "$KOLA_EXT_DATA/name")" ] && [ ! -e /pwned ] && [ ! -e pwned ]"#,
    ]

    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder(prefix: "survival") }

    private func makeProject() throws -> FilePath {
        let project = folder.path.appending("proj")
        for (name, script) in Self.scripts {
            let place = project.appending("tests/kola").appending(name == Self.evil ? "names" : name)
            try FileContent.createDirectory(place.appending("data"))
            try AtomicFile.write(Array("\(name)\n".utf8), to: place.appending("data/name"))
            try AtomicFile.write([], to: place.appending("data").appending(name))
            let mode: FilePermissions = [.ownerReadWriteExecute, .groupReadExecute, .otherReadExecute]
            let text = "#!/bin/bash\n## kola:\n##   tags: '\(name.replacing("'", with: "''"))'\n\n\(script)\n"
            try AtomicFile.write(Array(text.utf8), to: place.appending(name), mode: mode)
        }
        return project
    }

    /// A guest that never answers SSH: the connection ends in QEMU.
    private static let deaf = KolaTest(
        name: "deaf",
        body: .native { context in
            try await context.guest.commands.run(
                "for card in /sys/class/net/e*; do ip link set \"${card##*/}\" down; done")
            try await context.guest.run("true")
        })

    @Test(.enabled(if: image != nil, "COSA_TEST_IMAGE names no disk image to boot"))
    func madGuestsHarmOnlyTheirOwnTests() async throws {
        defer { folder.remove() }
        var options = RunOptions(image: try #require(Self.image))
        options.outputDirectory = folder.path.appending("out")
        options.externalDirectories = [try makeProject()]
        options.parallel = .count(2)
        options.extendTimeoutPercentage = 200
        let report = try #require(try await TestRun(options, native: [Self.deaf]) { _ in }.run().report)
        let results = Dictionary(uniqueKeysWithValues: report.results.map { ($0.name, $0) })
        for name in ["ext.proj.innocent.innocent", "ext.proj.flood.flood", "ext.proj.names.\(Self.evil)"] {
            #expect(results[name]?.outcome == .pass, "\(name): \(results[name]?.output ?? "did not run")")
        }
        let garbage = try #require(results["ext.proj.garbage.garbage"])
        #expect(garbage.outcome == .fail)
        #expect(
            garbage.reason.hasPrefix("the guest said something that kola does not know on the port of the test: "),
            "\(garbage.reason)")
        let deaf = try #require(results["deaf"])
        #expect(deaf.outcome == .fail)
        #expect(deaf.reason.hasPrefix("ssh to "), "\(deaf.reason)")
    }

    /// The same names where no guest comes up: what the host does with them.
    @Test func namesRunNothingOnTheHost() async throws {
        defer { folder.remove() }
        let disk = folder.path.appending("disk.img")
        try BootSector.write("Kernel panic - not syncing: no init\r\n", to: disk)
        var options = RunOptions(image: disk)
        options.outputDirectory = folder.path.appending("out \(Self.evil)")
        options.externalDirectories = [try makeProject()]
        options.selection.patterns = [Glob("*names*")]
        let report = try #require(try await TestRun(options, native: []) { _ in }.run().report)
        #expect(report.results.map(\.name) == ["ext.proj.names.\(Self.evil)"])
        #expect(report.outcome == .fail)
        let everything = FileManager.default.enumerator(atPath: folder.path.string)?.compactMap { "\($0)" } ?? []
        #expect(!everything.isEmpty)
        #expect(!everything.contains { $0.hasSuffix("/pwned") || $0 == "pwned" })
        #expect(!FileContent.exists("pwned"))
    }
}
