/// A version of the Ignition config specification, such as 3.3.0.
public struct SpecVersion: Sendable, Hashable, Comparable, CustomStringConvertible {
    /// The major number; 3 is the only one that is understood.
    public let major: Int
    /// The minor number.
    public let minor: Int

    /// A version; the patch number is always 0.
    public init(_ major: Int, _ minor: Int) {
        self.major = major
        self.minor = minor
    }

    /// Reads `3.3.0`; nil for anything else, experimental versions included.
    public init?(_ text: String) {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false).map { Int($0) }
        guard parts.count == 3, let major = parts[0], let minor = parts[1], parts[2] == 0 else { return nil }
        self.init(major, minor)
    }

    /// The newest version that is understood.
    public static let newest = SpecVersion(3, 5)

    /// The newest version that every guest takes (Debian's Ignition refuses newer ones).
    public static let guestDefault = SpecVersion(3, 3)

    /// `3.3.0`.
    public var description: String { "\(major).\(minor).0" }

    /// Older first.
    public static func < (left: SpecVersion, right: SpecVersion) -> Bool {
        (left.major, left.minor) < (right.major, right.minor)
    }
}
