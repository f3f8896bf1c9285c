import CExt2fs

/// Bytes that a change of a filesystem puts into the file that holds it.
public struct WrittenRange: Sendable, Equatable {
    /// Where they go, counted from the start of the file.
    public let offset: Int64
    /// The bytes.
    public let bytes: [UInt8]
}

/// Keeps in memory what libext2fs writes, and gives it back where it is read again; the file stays as it is.
///
/// It puts an I/O manager of its own into a channel: the library's, but for the functions that write or read. The
/// channel must not be used after this object is gone.
final class WriteCollector {
    /// The size of the superblock, which is the smallest thing that the library writes.
    private static let pageSize = 1024

    private let file: io_manager
    private let manager: io_manager
    /// What differs from the file, by page number inside the filesystem.
    private var pages: [Int: [UInt8]] = [:]

    init(on channel: io_channel) {
        file = channel.pointee.manager
        manager = .allocate(capacity: 1)
        manager.initialize(to: file.pointee)
        manager.pointee.reserved.0 = Int(bitPattern: Unmanaged.passUnretained(self).toOpaque())
        manager.pointee.read_blk = { channel, block, count, data in
            WriteCollector.of(channel)?.read(channel, UInt64(block), count, data) ?? errcode_t(EBADF)
        }
        manager.pointee.read_blk64 = { channel, block, count, data in
            WriteCollector.of(channel)?.read(channel, block, count, data) ?? errcode_t(EBADF)
        }
        manager.pointee.write_blk = { channel, block, count, data in
            WriteCollector.of(channel)?.write(channel, UInt64(block), count, data) ?? errcode_t(EBADF)
        }
        manager.pointee.write_blk64 = { channel, block, count, data in
            WriteCollector.of(channel)?.write(channel, block, count, data) ?? errcode_t(EBADF)
        }
        manager.pointee.flush = { _ in 0 }
        // Without these the library writes whole blocks instead.
        manager.pointee.write_byte = nil
        manager.pointee.discard = nil
        manager.pointee.zeroout = nil
        channel.pointee.manager = manager
    }

    deinit {
        manager.deinitialize(count: 1)
        manager.deallocate()
    }

    /// What was collected, for a filesystem that starts `offset` bytes into its file: sorted, neighbours in one.
    func ranges(offset: Int64) -> [WrittenRange] {
        var ranges: [(first: Int, pages: Int, bytes: [UInt8])] = []
        for (page, bytes) in pages.sorted(by: { $0.key < $1.key }) {
            if let last = ranges.last, last.first + last.pages == page {
                ranges[ranges.count - 1].bytes += bytes
                ranges[ranges.count - 1].pages += 1
            } else {
                ranges.append((page, 1, bytes))
            }
        }
        return ranges.map { WrittenRange(offset: offset + Int64($0.first * Self.pageSize), bytes: $0.bytes) }
    }

    private static func of(_ channel: io_channel?) -> WriteCollector? {
        guard let address = channel?.pointee.manager?.pointee.reserved.0 else { return nil }
        return UnsafeRawPointer(bitPattern: address).map {
            Unmanaged<WriteCollector>.fromOpaque($0).takeUnretainedValue()
        }
    }

    private func read(
        _ channel: io_channel?, _ block: UInt64, _ count: Int32, _ data: UnsafeMutableRawPointer?
    ) -> errcode_t {
        guard let span = Span(channel, block, count), let data else { return errcode_t(EXT2_ET_INVALID_ARGUMENT) }
        let code = file.pointee.read_blk64(channel, block, count, data)
        guard code == 0 else { return code }
        for (index, page) in span.pages.enumerated() {
            if let bytes = pages[page] {
                data.advanced(by: index * Self.pageSize).copyMemory(from: bytes, byteCount: bytes.count)
            }
        }
        return 0
    }

    private func write(
        _ channel: io_channel?, _ block: UInt64, _ count: Int32, _ data: UnsafeRawPointer?
    ) -> errcode_t {
        guard let span = Span(channel, block, count), let data else { return errcode_t(EXT2_ET_INVALID_ARGUMENT) }
        let present = UnsafeMutableRawBufferPointer.allocate(byteCount: span.size, alignment: 16)
        defer { present.deallocate() }
        let code = file.pointee.read_blk64(channel, block, count, present.baseAddress)
        guard code == 0 else { return code }
        let new = UnsafeRawBufferPointer(start: data, count: span.size)
        for (index, page) in span.pages.enumerated() {
            let part = index * Self.pageSize..<(index + 1) * Self.pageSize
            pages[page] = new[part].elementsEqual(present[part]) ? nil : Array(new[part])
        }
        return 0
    }

    /// What a call is about: `count` blocks, or as many bytes where it is negative.
    private struct Span {
        let size: Int
        let pages: Range<Int>

        init?(_ channel: io_channel?, _ block: UInt64, _ count: Int32) {
            guard let blockSize = channel.map({ Int($0.pointee.block_size) }) else { return nil }
            size = count < 0 ? -Int(count) : Int(count) * blockSize
            let start = Int(block) * blockSize
            guard size % WriteCollector.pageSize == 0, start % WriteCollector.pageSize == 0 else { return nil }
            pages = start / WriteCollector.pageSize..<(start + size) / WriteCollector.pageSize
        }
    }
}
