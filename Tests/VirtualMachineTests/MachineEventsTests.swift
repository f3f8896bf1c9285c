import Testing

@testable import VirtualMachine

@Suite struct MachineEventsTests {
    private let events = MachineEvents()
    private func message(_ text: String) -> MachineMessage { MachineMessage(port: .ready, text: text) }

    @Test(arguments: [
        ("ready a", "a"), ("ready a+1", "a+1"), ("ready", nil), ("read a", nil), ("ready a b", nil), ("", nil),
    ])
    func noiseIsNoBoot(text: String, boot: String?) {
        #expect(message(text).boot == boot)
        #expect(MachineMessage(port: .test, text: text).boot == nil)
    }

    @Test func aMessageThatCameBeforeTheWaitCounts() async throws {
        events.post(message("a"))
        events.post(message("b"))
        let found = try await events.message { $0.text == "b" }
        #expect(found.position == 2)
    }

    @Test func aWaitFromAPositionSkipsWhatWasBefore() async throws {
        events.post(message("a"))
        async let next = events.message(from: 1) { $0.text == "a" }
        events.post(message("x"))
        events.post(message("a"))
        #expect(try await next.position == 3)
    }

    @Test func aFailureEndsAllWaitsAndTheFirstOneStays() async throws {
        let first = MachineError(kind: .console(pattern: "kernel panic"), reason: "panic")
        async let wait: MachineError = events.untilFailure()
        let message = Task { [events] in try await events.message { _ in true } }
        events.fail(first)
        events.fail(MachineError(kind: .exited(status: 0), reason: "exit"))
        #expect(try await wait.reason == "panic")
        await #expect(throws: MachineError.self) { try await message.value }
        #expect(events.failure?.reason == "panic")
    }

    @Test func aCancelledWaitEnds() async throws {
        let wait = Task { [events] in try await events.message { _ in true } }
        wait.cancel()
        await #expect(throws: CancellationError.self) { try await wait.value }
    }

    @Test func aGuestThatTalksWithoutEndFails() {
        for _ in 0...MachineEvents.messageLimit { events.post(message("x")) }
        #expect(events.failure?.kind == .protocol)
    }

    @Test func linesHaveALimit() {
        var buffer = LineBuffer(limit: 4)
        #expect(buffer.append(Array("abcdefg".utf8)).isEmpty)
        #expect(buffer.append(Array("h\nij\nk".utf8)) == ["abcd", "ij"])
        #expect(buffer.unfinished == "k")
    }
}
