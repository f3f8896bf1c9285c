import Glibc
import OSTree
import SystemPackage

extension Repository {
    /// Writes a file of the file system as an object and returns its checksum.
    func writeFile(_ attributes: FileAttributes, from path: FilePath, length: Int64) throws -> String {
        let descriptor = try FileDescriptor.open(path, .readOnly)
        return try descriptor.closeAfter {
            let writer = try beginFile(attributes, length: UInt64(length))
            let buffer = UnsafeMutableRawBufferPointer.allocate(
                byteCount: min(max(Int(length), 1), 1 << 20), alignment: 16)
            defer { buffer.deallocate() }
            while true {
                let count = try descriptor.read(into: buffer)
                if count == 0 { return try writer.finish() }
                try writer.write(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
            }
        }
    }
}

/// The target of a symbolic link.
func linkTarget(_ path: FilePath) throws -> String {
    var buffer = [CChar](repeating: 0, count: 4096)
    let count = readlink(path.string, &buffer, buffer.count)
    guard count >= 0 else {
        throw ComposeError.system(operation: "read the link \(path)", reason: "\(Errno(rawValue: errno))")
    }
    return String(decoding: buffer[..<count].map(UInt8.init(bitPattern:)), as: UTF8.self)
}
