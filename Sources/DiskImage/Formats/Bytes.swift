/// Numbers in the headers of disk formats.
extension [UInt8] {
    /// Puts a number over the bytes at an index, the highest byte first.
    mutating func put(bigEndian value: some FixedWidthInteger, at index: Int) {
        Swift.withUnsafeBytes(of: value.bigEndian) { replaceSubrange(index..<index + $0.count, with: $0) }
    }

    /// Puts a number over the bytes at an index, the lowest byte first.
    mutating func put(littleEndian value: some FixedWidthInteger, at index: Int) {
        Swift.withUnsafeBytes(of: value.littleEndian) { replaceSubrange(index..<index + $0.count, with: $0) }
    }

    /// Puts bytes over those at an index.
    mutating func put(_ bytes: some Collection<UInt8>, at index: Int) {
        replaceSubrange(index..<index + bytes.count, with: bytes)
    }

    /// The number whose bytes stand at an index, the lowest first.
    func littleEndian<Value: FixedWidthInteger>(_ type: Value.Type = Value.self, at index: Int) -> Value {
        self[index..<index + MemoryLayout<Value>.size].reversed().reduce(0) { $0 << 8 | Value(truncatingIfNeeded: $1) }
    }
}

/// A GUID in the mixed byte order of Microsoft's formats and of GPT.
enum MixedGUID {
    /// The 16 bytes of a GUID in text form; its first three groups have the lowest byte first.
    static func bytes(_ text: String) -> [UInt8] {
        let plain = plainBytes(text)
        return [3, 2, 1, 0, 5, 4, 7, 6].map { plain[$0] } + plain[8...]
    }

    /// The 16 bytes of a GUID in the order in which it is written.
    static func plainBytes(_ text: String) -> [UInt8] {
        let digits = text.compactMap(\.hexDigitValue)
        return stride(from: 0, to: 32, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
    }
}
