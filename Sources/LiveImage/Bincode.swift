/// Values as Rust's bincode 1.3 writes them, with integers of varying length (coreos-installer, src/io/mod.rs, `bincoder`).
extension [UInt8] {
    /// A number.
    package mutating func append(varying number: UInt64) {
        let (mark, size) =
            switch number {
            case 0..<251: (UInt8(number), 0)
            case 251...UInt64(UInt16.max): (251, 2)
            case ...UInt64(UInt32.max): (252, 4)
            default: (253, 8)
            }
        append(mark)
        for index in 0..<size { append(UInt8(truncatingIfNeeded: number >> (8 * UInt64(index)))) }
    }

    /// A text: its length, then its bytes.
    package mutating func append(counted text: String) {
        append(varying: UInt64(text.utf8.count))
        self += Array(text.utf8)
    }

    /// Bytes that are given as hexadecimal digits.
    package mutating func append(hexadecimal text: String) {
        var digits = text[...]
        while !digits.isEmpty {
            append(UInt8(digits.prefix(2), radix: 16) ?? 0)
            digits = digits.dropFirst(2)
        }
    }
}
