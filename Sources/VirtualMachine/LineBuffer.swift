/// Cuts a stream of bytes into lines, and keeps no more of a line than a limit.
struct LineBuffer: Sendable {
    private let limit: Int
    private var pending: [UInt8] = []

    init(limit: Int = 16 << 10) { self.limit = limit }

    /// Takes bytes; returns the lines that they complete.
    mutating func append(_ bytes: [UInt8]) -> [String] {
        var lines: [String] = []
        var rest = bytes[...]
        while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
            keep(rest[..<end])
            lines.append(String(decoding: pending, as: UTF8.self))
            pending.removeAll(keepingCapacity: true)
            rest = rest[(end + 1)...]
        }
        keep(rest)
        return lines
    }

    /// The line that is not complete yet.
    var unfinished: String { String(decoding: pending, as: UTF8.self) }

    private mutating func keep(_ bytes: ArraySlice<UInt8>) {
        pending += bytes.prefix(max(0, limit - pending.count))
    }
}
