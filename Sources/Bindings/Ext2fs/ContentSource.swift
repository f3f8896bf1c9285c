import CExt2fs
import Glibc
import SystemPackage

/// Where the bytes of a file come from.
enum ContentSource {
    case bytes([UInt8])
    case file(FileDescriptor, FilePath, size: Int64)

    /// Opens a file of the host, which must have `size` bytes.
    static func open(_ path: FilePath, size: Int64) throws(Ext2fsError) -> ContentSource {
        let descriptor = try FileDescriptor.opened(path, .readOnly)
        let found = (try? descriptor.seek(offset: 0, from: .end)) ?? -1
        guard found == size else {
            try? descriptor.close()
            throw Ext2fsError(operation: "copy \(path), which has \(found) bytes and not \(size)", code: Int(EINVAL))
        }
        return .file(descriptor, path, size: size)
    }

    func close() {
        if case .file(let descriptor, _, _) = self { try? descriptor.close() }
    }

    /// The number of bytes.
    var size: Int64 {
        switch self {
        case .bytes(let bytes): Int64(bytes.count)
        case .file(_, _, let size): size
        }
    }

    /// Where the first byte is, at `position` or after it, that may be another than zero.
    func data(after position: Int64) -> Int64 {
        guard case .file(let descriptor, _, let size) = self else { return position }
        // SEEK_DATA of <linux/fs.h>, which glibc's header shows to _GNU_SOURCE only.
        let found = lseek(descriptor.rawValue, off_t(position), 3)
        guard found < 0 else { return Int64(found) }
        // A filesystem that knows no holes says something else.
        return errno == ENXIO ? size : position
    }

    /// Fills a buffer with what is at `position`; what is after the end is zero.
    func read(at position: Int64, into buffer: UnsafeMutableRawBufferPointer) throws(Ext2fsError) {
        let wanted = Int(min(Int64(buffer.count), max(0, size - position)))
        switch self {
        case .bytes(let bytes):
            buffer.copyBytes(from: bytes[Int(position)..<Int(position) + wanted])
        case .file(let descriptor, let path, _):
            var filled = 0
            while filled < wanted {
                let rest = UnsafeMutableRawBufferPointer(rebasing: buffer[filled..<wanted])
                let count = try reporting("read \(path)") {
                    try descriptor.read(fromAbsoluteOffset: position + Int64(filled), into: rest)
                }
                guard count > 0 else { throw Ext2fsError(operation: "read all of \(path)", code: Int(EIO)) }
                filled += count
            }
        }
        UnsafeMutableRawBufferPointer(rebasing: buffer[wanted...]).initializeMemory(as: UInt8.self, repeating: 0)
    }
}

extension FileDescriptor {
    /// Opens a file with an error that names it.
    static func opened(_ path: FilePath, _ mode: AccessMode) throws(Ext2fsError) -> FileDescriptor {
        try reporting("open \(path)") { try FileDescriptor.open(path, mode) }
    }
}

/// Runs a call of the system; its error becomes one that says what was being done.
func reporting<Result>(
    _ operation: @autoclosure () -> String, _ call: () throws -> Result
) throws(Ext2fsError) -> Result {
    do {
        return try call()
    } catch {
        throw Ext2fsError(operation: operation(), code: Int((error as? Errno)?.rawValue ?? EIO))
    }
}
