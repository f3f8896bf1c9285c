import SystemPackage

extension FileDescriptor {
    /// Bytes from a place of the file, all of them.
    ///
    /// - Throws: `Errno`; ``Errno/ioError`` where the file ends before.
    public func readBytes(at offset: Int64, count: Int) throws -> [UInt8] {
        try [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            let target = UnsafeMutableRawBufferPointer(buffer)
            while filled < count {
                let read = try read(
                    fromAbsoluteOffset: offset + Int64(filled),
                    into: UnsafeMutableRawBufferPointer(rebasing: target[filled...]))
                guard read > 0 else { throw Errno.ioError }
                filled += read
            }
        }
    }

    /// Hands on the bytes of a part of the file, piece by piece: whole MiB but for the last.
    ///
    /// - Throws: `Errno`; ``Errno/ioError`` where the file ends before; what `body` throws.
    public func readPieces(of range: Range<Int64>, _ body: (UnsafeRawBufferPointer) throws -> Void) throws {
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 4096)
        defer { buffer.deallocate() }
        var position = range.lowerBound
        while position < range.upperBound {
            let wanted = Int(min(Int64(buffer.count), range.upperBound - position))
            let count = try read(
                fromAbsoluteOffset: position, into: UnsafeMutableRawBufferPointer(rebasing: buffer[..<wanted]))
            guard count > 0 else { throw Errno.ioError }
            try body(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
            position += Int64(count)
        }
    }
}
