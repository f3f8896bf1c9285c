import Foundation
import HostSystem
import SystemPackage
import Testing

@testable import VirtualMachine

/// The guest's script, run by the bash of this host.
@Suite(.timeLimit(.minutes(2))) struct CommandPortTests {
    private let folder: TemporaryFolder
    private let port: CommandPort
    private let guest: BackgroundProcess

    init() throws {
        let folder = try TemporaryFolder(prefix: "command port")
        let pair = try SocketPair()
        let script = GuestAgent.script(opening: ":", folder: folder.path.string.shellQuoted)
        guest = try BackgroundProcess(
            Command("bash", ["-c", script]), streams: .file(folder.path.appending("log")), descriptors: [pair.child])
        try pair.child.close()
        let port = try CommandPort(pair.host) { _ in }
        ChannelReader.start([ChannelReader.Source(descriptor: pair.host) { port.receive($0) }]) {
            port.close(MachineError(kind: .exited(status: 0), reason: "gone"))
        }
        self.port = port
        self.folder = folder
    }

    @Test func outputAndStatusComeBack() async throws {
        defer { folder.remove() }
        let result = try await port.capture("echo said; echo complained >&2; exit 3")
        #expect(result.status == 3)
        #expect(result.text == "said\ncomplained")
        #expect(try await port.capture("printf 'no line end'").text == "no line end")
        #expect(try await port.capture(":").output.isEmpty)
    }

    @Test func scriptsAndInputsMayHoldAnything() async throws {
        defer { folder.remove() }
        #expect(try await port.capture("echo 'a\\n'; echo \"$((1 + 1))\"\necho ü").text == "a\\n\n2\nü")
        let input = (0..<1_000_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        let result = try await port.capture("cat", input: input)
        #expect(result.output == input)
        // What a command leaves unread is not the next one's.
        #expect(try await port.capture("head -c 1 >/dev/null", input: input).status == 0)
        #expect(try await port.capture("cat").output.isEmpty)
    }

    @Test func commandsTakeTurns() async throws {
        defer { folder.remove() }
        let texts = try await withThrowingTaskGroup(of: (Int, String).self) { group in
            for number in 0..<50 { group.addTask { (number, try await port.capture("echo \(number)").text) } }
            return try await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
        }
        #expect(texts == Dictionary(uniqueKeysWithValues: (0..<50).map { ($0, "\($0)") }))
    }

    @Test func shellStaysItselfWhateverACommandDoes() async throws {
        defer { folder.remove() }
        try await port.run("cd /; set -eu; exec 3>&- 0<&-; token=x; unset IFS")
        #expect(try await port.run("echo still here").hasSuffix("still here"))
        let error = try await #require(throws: GuestCommandError.self) { try await port.run("echo why; exit 4") }
        #expect(error.description == "`echo why; exit 4` in the guest failed with status 4: why")
    }

    @Test func endOfTheGuestEndsTheWait() async throws {
        defer { folder.remove() }
        await #expect(throws: MachineError.self) { try await port.capture("kill -9 $$") }
        await #expect(throws: MachineError.self) { try await port.capture("echo") }
    }

    @Test func waitThatIsCancelledEndsAndTheNextCommandComesAfterIt() async throws {
        defer { folder.remove() }
        let go = folder.path.appending("go")
        let waiting = Task {
            try await port.capture("until [ -e \(go.string.shellQuoted) ]; do sleep 0.01; done; echo late")
        }
        let queued = Task { try await port.capture("echo never") }
        waiting.cancel()
        queued.cancel()
        await #expect(throws: CancellationError.self) { try await waiting.value }
        await #expect(throws: CancellationError.self) { try await queued.value }
        async let next = port.capture("echo next")
        try AtomicFile.write([], to: go)
        #expect(try await next.text == "next")
    }
}
