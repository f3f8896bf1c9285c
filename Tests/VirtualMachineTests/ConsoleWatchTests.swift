import Testing

@testable import VirtualMachine

@Suite(.timeLimit(.minutes(10))) struct ConsoleWatchTests {
    private let watch = ConsoleWatch()

    private func receive(_ text: String) { watch.receive(Array(text.utf8)) }

    @Test func findsWhatWasSaidBefore() async throws {
        receive("one\r\n\u{1b}[0;32mtwo\u{1b}[0m lines\r\nthree")
        try await watch.line(with: "two lines")
    }

    @Test func waitsForAPromptThatComesInPieces() async throws {
        receive("demo login: co")
        async let found: Void = watch.line(with: "login: core (automatic login)")
        receive("re (automatic")
        receive(" login)")
        try await found
    }

    @Test func textIsNotPutTogetherFromTwoLines() async throws {
        receive("one\ntwo\n")
        let waiting = Task { try await watch.line(with: "onetwo") }
        waiting.cancel()
        await #expect(throws: CancellationError.self) { try await waiting.value }
    }
}
