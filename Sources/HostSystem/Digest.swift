import Crypto
import SystemPackage

/// SHA-256 of files and of growing content, as lower-case hex.
public struct Digest {
    private var hash = SHA256()

    /// An empty content.
    public init() {}

    /// Adds bytes.
    public mutating func update(_ bytes: UnsafeRawBufferPointer) { hash.update(bufferPointer: bytes) }

    /// Adds bytes.
    public mutating func update(_ bytes: some Sequence<UInt8>) { hash.update(data: Array(bytes)) }

    /// Adds one field of an input digest: length first, so that no two lists of fields run into each other.
    public mutating func update(field: String) {
        let bytes = Array(field.utf8)
        update("\(bytes.count):".utf8)
        update(bytes)
    }

    /// The digest of everything added, 64 hex digits.
    public func finish() -> String { hash.finalize().hexadecimal }

    /// The digest of some bytes.
    public static func of(_ bytes: some Sequence<UInt8>) -> String {
        var digest = Digest()
        digest.update(bytes)
        return digest.finish()
    }

    /// The SHA-512 of some bytes as bootupd writes it: `sha512:` and 128 hex digits.
    public static func sha512(of bytes: [UInt8]) -> String {
        "sha512:"
            + SHA512.hash(data: bytes).map { byte in
                let digits = String(byte, radix: 16)
                return byte < 16 ? "0\(digits)" : digits
            }.joined()
    }

    /// The digest of a file's content.
    ///
    /// - Throws: `Errno` where the file cannot be read.
    public static func ofFile(_ path: FilePath) throws -> String {
        let descriptor = try FileDescriptor.open(path, .readOnly)
        return try descriptor.closeAfter {
            var digest = Digest()
            let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 16)
            defer { buffer.deallocate() }
            while true {
                let count = try descriptor.read(into: buffer)
                if count == 0 { return digest.finish() }
                digest.update(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
            }
        }
    }
}

extension SHA256.Digest {
    var hexadecimal: String {
        let digits = Array("0123456789abcdef".utf8)
        return String(decoding: flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }
}
