import SystemPackage

/// Where the bytes of a layer are that goes into an image.
enum BlobSource {
    /// A file of its own.
    case file(FilePath, size: Int64)
    /// A blob of another image, which is taken over as it is.
    case image(OCILayout, OCIDescriptor)

    /// Bytes.
    var size: Int64 {
        switch self {
        case .file(_, let size): size
        case .image(_, let descriptor): descriptor.size
        }
    }

    /// Calls `body` with the bytes, piece by piece.
    func forEachChunk(_ body: (UnsafeRawBufferPointer) throws -> Void) throws {
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 16)
        defer { buffer.deallocate() }
        func pass(_ read: () throws -> Int) throws {
            while case let count = try read(), count > 0 {
                try body(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
            }
        }
        switch self {
        case .file(let path, _):
            let input = try describing("open", path) { try FileDescriptor.open(path, .readOnly) }
            try input.closeAfter { try pass { try describing("read", path) { try input.read(into: buffer) } } }
        case .image(let image, let descriptor):
            let member = try image.open(descriptor)
            try pass { try member.read(into: buffer) }
        }
    }
}
