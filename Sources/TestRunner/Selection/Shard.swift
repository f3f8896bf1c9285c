/// A part of the tests, for runs on several hosts: `hash:m/n` is part m of n.
///
/// A test belongs to the part that the 64-bit FNV-1 hash of its name says (Go's `fnv.New64`), as in upstream's kola.
public struct Shard: Sendable, Equatable {
    /// Which part, from 1.
    public let number: Int
    /// Of how many.
    public let count: Int

    /// Reads `hash:m/n`.
    ///
    /// - Throws: ``TestRunnerError`` where it is not that, or where not 1 ≤ m ≤ n.
    public init(_ text: String) throws {
        let parts = text.dropFirst("hash:".count).split(separator: "/", omittingEmptySubsequences: false)
        guard text.hasPrefix("hash:"), parts.count == 2, let number = Int(parts[0]), let count = Int(parts[1]) else {
            throw TestRunnerError(nil, "invalid sharding syntax: \(text); write hash:m/n")
        }
        guard number >= 1, number <= count else {
            throw TestRunnerError(nil, "invalid sharding in '\(text)': 1 <= m <= n must hold")
        }
        self.number = number
        self.count = count
    }

    /// Whether the test with this name is in this part.
    public func contains(_ name: String) -> Bool { Int(Self.hash(name) % UInt64(count)) + 1 == number }

    static func hash(_ text: String) -> UInt64 {
        text.utf8.reduce(0xcbf2_9ce4_8422_2325) { ($0 &* 0x100_0000_01b3) ^ UInt64($1) }
    }
}
