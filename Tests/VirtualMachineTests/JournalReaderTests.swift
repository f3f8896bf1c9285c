import Testing

@testable import VirtualMachine

@Suite struct JournalReaderTests {
    private static let entry =
        "__CURSOR=s=1\n__REALTIME_TIMESTAMP=1767225600000001\n_HOSTNAME=h\nSYSLOG_IDENTIFIER=sshd\n_PID=7\nMESSAGE=hello\n\n"
    private static let line = "2026-01-01T00:00:00.000001+0000 h sshd[7]: hello"

    @Test func entriesBecomeLines() {
        var reader = JournalReader()
        #expect(reader.append(Array((Self.entry + Self.entry).utf8)).map(\.text) == [Self.line, Self.line])
    }

    @Test func bytesMayComeOneByOne() {
        var reader = JournalReader()
        let lines = Self.entry.utf8.flatMap { reader.append([$0]) }
        #expect(lines.map(\.text) == [Self.line])
    }

    @Test func binaryFieldsMayHoldLineEnds() {
        var reader = JournalReader()
        var bytes = Array("__REALTIME_TIMESTAMP=1767225600000001\n_HOSTNAME=h\n_COMM=c\nMESSAGE\n".utf8)
        bytes += [4, 0, 0, 0, 0, 0, 0, 0] + Array("a\n\nb\n\n".utf8)
        let line = "2026-01-01T00:00:00.000001+0000 h c: a\n    \n    b"
        #expect(reader.append(bytes).map(\.text) == [line])
        // Wherever the pieces end: in the length, in the data, before the line end that follows it.
        #expect(bytes.flatMap { reader.append([$0]).map(\.text) } == [line])
    }

    @Test func anEntryThatAResetCutOffIsDropped() {
        var reader = JournalReader()
        #expect(reader.append(Array("__CURSOR=s=0\n_PID=1\nMESSAGE=lost".utf8)).isEmpty)
        #expect(reader.append(Array(("\n" + Self.entry).utf8)).map(\.text) == [Self.line])
    }

    @Test func garbageIsNoEntry() {
        var reader = JournalReader()
        #expect(reader.append(Array(repeating: 0xff, count: 1000) + [10, 10]).isEmpty)
        // A length that no field has.
        #expect(reader.append(Array("MESSAGE\n".utf8) + [UInt8](repeating: 0xff, count: 8) + [10, 10]).isEmpty)
        #expect(reader.append(Array(Self.entry.utf8)).map(\.text) == [Self.line])
    }
}
