import Foundation
import SystemPackage
import Zlib

/// About how large a file will be when it is compressed, from a few hundred samples.
public enum CompressionEstimate {
    private static let samples: Int64 = 256
    private static let sampleSize = 16 << 10

    /// The size in bytes that the file has at most after compression, as well as samples tell: they are compressed with the
    /// weakest level there is, and a tenth is added.
    ///
    /// - Throws: `Errno` where the file cannot be read, `ZlibError`.
    public static func size(of path: FilePath) throws -> Int64 {
        let descriptor = try FileDescriptor.open(path, .readOnly, options: .closeOnExec)
        return try descriptor.closeAfter {
            var information = stat()
            guard fstat(descriptor.rawValue, &information) == 0 else { throw Errno(rawValue: errno) }
            let size = Int64(information.st_size)
            let compressor = try DeflateBlockCompressor(level: 1)
            var buffer = [UInt8](repeating: 0, count: sampleSize)
            // Of all samples, and of those that are not empty.
            var (all, read, used, compressed) = (0, 0, 0, 0)
            for sample in 0..<samples {
                let offset = max(0, size - Int64(sampleSize)) / max(1, samples - 1) * sample
                let count = try buffer.withUnsafeMutableBytes {
                    try descriptor.read(fromAbsoluteOffset: offset, into: $0)
                }
                guard count > 0 else { break }
                let result = try buffer[..<count].withUnsafeBytes { content in
                    try compressor.compress(
                        content, dictionary: UnsafeRawBufferPointer(start: nil, count: 0), isLast: true)
                }
                read += count
                all += result.count
                if buffer[..<count].contains(where: { $0 != 0 }) {
                    used += count
                    compressed += result.count
                }
                if size <= Int64(sampleSize) { break }
            }
            // A sparse file is seen better by the blocks that it has, one full of zeros by its samples.
            let allocated = min(size, Int64(information.st_blocks) * 512)
            let bySize = Double(size) * Double(all) / Double(max(1, read))
            let byBlocks = Double(allocated) * Double(compressed) / Double(max(1, used))
            return Int64(min(bySize, used == 0 ? bySize : byBlocks) * 1.1) + 4096
        }
    }
}
