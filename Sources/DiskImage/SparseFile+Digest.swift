import HostSystem
import SystemPackage

extension SparseFile {
    /// The SHA-256 of a file's content, 64 hex digits; its holes are not read.
    static func digest(_ path: FilePath) throws -> String {
        let ranges = try dataRanges(path)
        let descriptor = try open(path, .readOnly)
        return try descriptor.closeAfter {
            let size = try descriptor.seek(offset: 0, from: .end)
            let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 4096)
            // Small enough for the processor's cache.
            let zeros = UnsafeMutableRawBufferPointer.allocate(byteCount: 128 << 10, alignment: 4096)
            zeros.initializeMemory(as: UInt8.self, repeating: 0)
            defer {
                buffer.deallocate()
                zeros.deallocate()
            }
            var digest = Digest()
            var position: Int64 = 0
            func addZeros(upTo end: Int64) {
                while position < end {
                    let count = min(Int(end - position), zeros.count)
                    digest.update(UnsafeRawBufferPointer(rebasing: zeros[..<count]))
                    position += Int64(count)
                }
            }
            for range in ranges {
                addZeros(upTo: range.lowerBound)
                while position < range.upperBound {
                    let wanted = min(Int(range.upperBound - position), buffer.count)
                    let count = try descriptor.read(
                        fromAbsoluteOffset: position, into: .init(rebasing: buffer[..<wanted]))
                    if count == 0 { break }
                    digest.update(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
                    position += Int64(count)
                }
            }
            addZeros(upTo: size)
            return digest.finish()
        }
    }
}
