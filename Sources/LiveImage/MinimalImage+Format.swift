import SystemPackage

/// The file's format: Rust's bincode 1.3 with integers of varying length, a header and then the data.
extension MinimalImage {
    private static let magic = Array("MINISO\0\0".utf8)
    private static let version: UInt64 = 1
    /// The bytes of a SHA-256.
    private static let digestSize = 32

    /// The file's bytes.
    ///
    /// - Parameter creator: the version of the program that made it; for people to read.
    package func encoded(creator: String) -> [UInt8] {
        var bytes = Self.magic
        bytes.append(varying: Self.version)
        bytes.append(counted: creator)
        bytes.append(varying: UInt64(files.count))
        for file in files {
            for number in [file.minimal, file.full, file.size] { bytes.append(varying: UInt64(number)) }
        }
        bytes.append(hexadecimal: digest)
        bytes.append(varying: UInt64(rest.count))
        return bytes + rest
    }

    /// Reads the file; what follows the data does not count.
    ///
    /// - Throws: ``LiveImageError``.
    init(decoding bytes: [UInt8], of image: FilePath) throws(LiveImageError) {
        var reader = Reader(bytes: bytes[...])
        func malformed(_ reason: String) -> LiveImageError { .malformed(image, file: Self.dataPath, reason: reason) }
        guard bytes.contains(where: { $0 != 0 }) else { throw .noMinimalImage(image) }
        guard reader.take(Self.magic.count).map(Array.init) == Self.magic else {
            throw malformed("it is not such a file")
        }
        guard let version = reader.number() else { throw malformed("it is cut short") }
        guard version == Self.version else {
            throw malformed("its format is version \(version); known is \(Self.version)")
        }
        guard let creator = reader.number(), reader.take(Int(clamping: creator)) != nil, let count = reader.number()
        else {
            throw malformed("it is cut short")
        }
        var files: [SharedFile] = []
        for _ in 0..<count {
            guard let minimal = reader.number(), let full = reader.number(), let size = reader.number() else {
                throw malformed("it is cut short")
            }
            files.append(
                SharedFile(
                    minimal: UInt32(clamping: minimal), full: UInt32(clamping: full), size: UInt32(clamping: size)))
        }
        guard let digest = reader.take(Self.digestSize), let length = reader.number(),
            let rest = reader.take(Int(clamping: length))
        else { throw malformed("it is cut short") }
        let digits = digest.map { byte in
            let text = String(byte, radix: 16)
            return text.count == 2 ? text : "0" + text
        }
        self.init(files: files, digest: digits.joined(), rest: Array(rest))
    }
}

/// Takes values off the front.
private struct Reader {
    var bytes: ArraySlice<UInt8>

    mutating func take(_ count: Int) -> ArraySlice<UInt8>? {
        guard count <= bytes.count else { return nil }
        defer { bytes = bytes.dropFirst(count) }
        return bytes.prefix(count)
    }

    mutating func number() -> UInt64? {
        guard let first = take(1)?.first else { return nil }
        let size =
            switch first {
            case 251: 2
            case 252: 4
            case 253: 8
            default: 0
            }
        guard size > 0 else { return first < 251 ? UInt64(first) : nil }
        return take(size).map { $0.reversed().reduce(0) { $0 << 8 | UInt64($1) } }
    }
}
