import Foundation

/// A shell pattern for test names: `*`, `?` and `[…]`.
public struct Glob: Sendable, Equatable {
    /// The pattern.
    public let pattern: String

    /// A pattern.
    public init(_ pattern: String) { self.pattern = pattern }

    /// The pattern that matches `name` only.
    public init(exactly name: String) {
        pattern = name.reduce(into: "") { result, character in
            if "*?[]\\".contains(character) { result.append("\\") }
            result.append(character)
        }
    }

    /// Whether it matches all of `name`. `*` does not match a slash, which parts a test from its subtest.
    public func matches(_ name: String) -> Bool { fnmatch(pattern, name, FNM_PATHNAME) == 0 }
}
