import Foundation

/// Blocks of a disk, one after the other, put together to pieces of objects.
struct ObjectRuns {
    /// What was found.
    private(set) var mappings: [Osmet.Mapping] = []

    private let blocks: ObjectBlocks
    /// The object that the last block was part of, and which of its blocks comes next.
    private var current: (object: Int, content: Data, next: Int)?

    init(_ blocks: ObjectBlocks) { self.blocks = blocks }

    /// Takes the next block of the disk.
    ///
    /// - Parameter position: where it begins, in bytes.
    /// - Throws: the errors of reading an object.
    mutating func add(_ block: UnsafeRawBufferPointer, at position: Int64) throws {
        guard block.count == ObjectBlocks.size else {
            current = nil
            return
        }
        if let run = current, Self.isEqual(run.next, of: run.content, block) {
            mappings[mappings.count - 1].length += Int64(block.count)
            current?.next += 1
            return
        }
        let last = current
        current = nil
        guard let place = blocks.place(of: block) else { return }
        let object = blocks.objects[place.object]
        let content =
            try last.flatMap { $0.object == place.object ? $0.content : nil } ?? ObjectBlocks.content(of: object)
        guard Self.isEqual(place.block, of: content, block) else { return }
        mappings.append(
            Osmet.Mapping(
                logical: Int64(place.block * ObjectBlocks.size), physical: position, length: Int64(block.count),
                object: object.checksum))
        current = (place.object, content, place.block + 1)
    }

    private static func isEqual(_ number: Int, of content: Data, _ block: UnsafeRawBufferPointer) -> Bool {
        let start = number * ObjectBlocks.size
        let count = min(ObjectBlocks.size, content.count - start)
        guard count > 0 else { return false }
        let isSame = content.withUnsafeBytes { bytes in
            guard let mine = bytes.baseAddress, let theirs = block.baseAddress else { return false }
            return memcmp(mine + start, theirs, count) == 0
        }
        return isSame && block[count...].allSatisfy { $0 == 0 }
    }
}
