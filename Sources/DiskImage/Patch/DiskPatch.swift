/// Bytes that differ between two disks of the same content: what a platform changes of the raw image.
public struct DiskPatch: Sendable, Equatable {
    /// Bytes and where they go.
    public struct Piece: Sendable, Equatable {
        /// Where on the disk, in bytes.
        public let offset: Int64
        /// What goes there.
        public let bytes: [UInt8]

        /// The end, in bytes.
        public var end: Int64 { offset + Int64(bytes.count) }
        /// Where it is on the disk.
        public var range: Range<Int64> { offset..<end }

        func part(_ range: Range<Int64>) -> Piece {
            Piece(
                offset: range.lowerBound,
                bytes: Array(bytes[Int(range.lowerBound - offset)..<Int(range.upperBound - offset)]))
        }
    }

    /// The pieces, in ascending order and without overlaps.
    public private(set) var pieces: [Piece] = []

    /// A patch that changes nothing.
    public init() {}

    /// Adds bytes; they win over what the patch had there.
    public mutating func write(_ bytes: [UInt8], at offset: Int64) {
        let new = Piece(offset: offset, bytes: bytes)
        guard !bytes.isEmpty else { return }
        var result: [Piece] = []
        for piece in pieces {
            if piece.offset < new.offset { result.append(piece.part(piece.offset..<min(piece.end, new.offset))) }
            if piece.end > new.end { result.append(piece.part(max(piece.offset, new.end)..<piece.end)) }
        }
        result.append(new)
        pieces = result.sorted { $0.offset < $1.offset }
    }

    /// Puts what the patch has for a part of the disk over the part's bytes.
    ///
    /// - Parameter offset: where on the disk the buffer begins, in bytes.
    func apply(to buffer: UnsafeMutableRawBufferPointer, at offset: Int64) {
        let range = offset..<offset + Int64(buffer.count)
        for piece in pieces where piece.range.overlaps(range) {
            let common = piece.range.clamped(to: range)
            let part = piece.bytes[Int(common.lowerBound - piece.offset)..<Int(common.upperBound - piece.offset)]
            UnsafeMutableRawBufferPointer(rebasing: buffer[Int(common.lowerBound - offset)...]).copyBytes(from: part)
        }
    }
}
