/// The formats that artifacts are compressed to.
public enum Compressor: String, Sendable, Codable, CaseIterable {
    /// The .xz File Format.
    case xz
    /// RFC 1952.
    case gzip
    /// RFC 8878.
    case zstd
    /// A zip archive with one member, for platforms whose users have no other tool.
    case zip

    /// What a compressed file's name ends with, the dot included.
    public var suffix: String {
        switch self {
        case .xz: ".xz"
        case .gzip: ".gz"
        case .zstd: ".zst"
        case .zip: ".zip"
        }
    }

    /// The compressor by whose suffix a file's name ends; nil where there is none.
    public init?(fileName: String) {
        guard let found = Self.allCases.first(where: { fileName.hasSuffix($0.suffix) }) else { return nil }
        self = found
    }

    /// A compressed file's name without the suffix.
    public func uncompressedName(of fileName: String) -> String { String(fileName.dropLast(suffix.count)) }
}
