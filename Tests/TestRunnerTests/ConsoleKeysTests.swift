import Testing

@testable import TestRunner

@Suite struct ConsoleKeysTests {
    private func actions(_ pieces: [UInt8]...) -> [ConsoleKeys.Action] {
        var keys = ConsoleKeys()
        return pieces.flatMap { keys.take($0) }
    }

    @Test func whatIsTypedIsForTheGuest() {
        #expect(actions(Array("ls\r".utf8), [3]) == [.type(Array("ls\r".utf8)), .type([3])])
    }

    @Test func controlAAndXEndTheMachineAlsoInTwoPieces() {
        #expect(actions([0x61, 1, 0x78]) == [.type([0x61]), .end])
        #expect(actions([1], [0x78]) == [.end])
    }

    @Test func controlATwiceIsOneForTheGuest() {
        #expect(actions([1, 1, 0x78]) == [.type([1, 0x78])])
        #expect(actions([1, 0x61]) == [.type([1])])
    }

    @Test func otherCommandsAndWhatIsNone() {
        #expect(actions([1, 0x62]) == [.sendBreak])
        #expect(actions([1, 0x68]) == [.help] && actions([1, 0x3f]) == [.help])
        #expect(actions([1, 0x7a, 0x62]) == [.type([0x62])])
    }
}
