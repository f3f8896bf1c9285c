/// A tar file's header blocks (POSIX.1-1988 "ustar", and GNU tar's old format with its sparse files: its manual,
/// "Basic Tar Format"). Everything belongs to root.
struct TarHeader {
    static let blockSize: Int64 = 512

    /// The member's name, up to 100 bytes.
    let name: String
    /// The bytes that the archive has of it.
    let size: Int64
    /// Its time of change, in seconds since 1970.
    let timestamp: Int64

    /// A plain file's header in the format `ustar`.
    var ustar: [UInt8] {
        var block = common(type: "0")
        block.put("ustar\0".utf8, at: 257)
        block.put("00".utf8, at: 263)
        for field in [329, 337] { block.putOctal(0, width: 8, at: field) }
        return Self.checksummed(block)
    }

    /// The headers of a sparse file in GNU tar's old format: the first, and more where its parts do not fit into it.
    ///
    /// - Parameters:
    ///   - parts: where the file has data.
    ///   - realSize: its size with its holes.
    func sparse(parts: [Range<Int64>], realSize: Int64) -> [UInt8] {
        var rest = parts[...]
        // An empty part at the end tells of a hole there.
        if parts.last?.upperBound != realSize { rest.append(realSize..<realSize) }
        func take(_ count: Int, into block: inout [UInt8], at offset: Int) {
            for (index, part) in rest.prefix(count).enumerated() {
                block.putOctal(part.lowerBound, width: 12, at: offset + 24 * index)
                block.putOctal(part.upperBound - part.lowerBound, width: 12, at: offset + 24 * index + 12)
            }
            rest = rest.dropFirst(count)
        }
        var block = common(type: "S")
        block.put("ustar  \0".utf8, at: 257)
        take(4, into: &block, at: 386)
        block[482] = rest.isEmpty ? 0 : 1
        block.putOctal(realSize, width: 12, at: 483)
        var blocks = Self.checksummed(block)
        while !rest.isEmpty {
            var more = [UInt8](repeating: 0, count: Int(Self.blockSize))
            take(21, into: &more, at: 0)
            more[504] = rest.isEmpty ? 0 : 1
            blocks += more
        }
        return blocks
    }

    private func common(type: Character) -> [UInt8] {
        var block = [UInt8](repeating: 0, count: Int(Self.blockSize))
        block.put(name.utf8.prefix(100), at: 0)
        block.putOctal(0o644, width: 8, at: 100)
        block.putOctal(0, width: 8, at: 108)
        block.putOctal(0, width: 8, at: 116)
        block.putOctal(size, width: 12, at: 124)
        block.putOctal(timestamp, width: 12, at: 136)
        block.put(Array(repeating: UInt8(ascii: " "), count: 8), at: 148)
        block.put(type.utf8, at: 156)
        block.put("root".utf8, at: 265)
        block.put("root".utf8, at: 297)
        return block
    }

    private static func checksummed(_ block: [UInt8]) -> [UInt8] {
        var block = block
        let sum = block.reduce(Int64(0)) { $0 + Int64($1) }
        // Six digits, a NUL and the space that is there.
        block.putOctal(sum, width: 7, at: 148)
        return block
    }
}

extension [UInt8] {
    /// Puts a number as octal digits and a NUL; one that does not fit as its bytes, the highest first (GNU tar).
    mutating func putOctal(_ value: Int64, width: Int, at index: Int) {
        let digits = String(value, radix: 8)
        if digits.count < width {
            put((String(repeating: "0", count: width - 1 - digits.count) + digits).utf8, at: index)
            self[index + width - 1] = 0
        } else {
            put(bigEndian: value, at: index + width - 8)
            self[index] |= 0x80
        }
    }
}
