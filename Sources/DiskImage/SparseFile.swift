import CLinux
import Foundation
import HostSystem
import SystemPackage

/// Files with holes.
enum SparseFile {
    // linux/fs.h; the Glibc module does not have what needs _GNU_SOURCE.
    private static let seekData: Int32 = 3
    private static let seekHole: Int32 = 4

    /// Makes an empty file of `size` bytes that takes no room; an older one is replaced.
    static func create(_ path: FilePath, size: Int64) throws {
        let descriptor = try open(path, .readWrite, options: [.create, .truncate])
        try descriptor.closeAfter { try resize(descriptor, path, to: size) }
    }

    /// Makes a file longer, with a hole, or shorter.
    static func resize(_ path: FilePath, to size: Int64) throws {
        let descriptor = try open(path, .readWrite)
        try descriptor.closeAfter { try resize(descriptor, path, to: size) }
    }

    /// Copies a file; its holes stay holes and are not read. Where the filesystem can, the copy shares the blocks.
    static func copy(_ source: FilePath, to destination: FilePath) throws {
        let input = try open(source, .readOnly)
        try input.closeAfter {
            let output = try open(destination, .readWrite, options: [.create, .truncate])
            try output.closeAfter {
                if cosa_clone_file(output.rawValue, input.rawValue) == 0 { return }
                try resize(output, destination, to: try input.seek(offset: 0, from: .end))
                for range in try dataRanges(input, source) {
                    try copyRange(range, from: input, to: output, at: range.lowerBound)
                }
            }
        }
    }

    /// Copies a part of a file to a file of its own; holes stay holes.
    static func copy(_ part: Range<Int64>, of source: FilePath, to destination: FilePath) throws {
        let input = try open(source, .readOnly)
        try input.closeAfter {
            let output = try open(destination, .readWrite, options: [.create, .truncate])
            try output.closeAfter {
                try resize(output, destination, to: part.upperBound - part.lowerBound)
                for range in try dataRanges(input, source) where range.overlaps(part) {
                    let wanted = range.clamped(to: part)
                    try copyRange(wanted, from: input, to: output, at: wanted.lowerBound - part.lowerBound)
                }
            }
        }
    }

    /// Copies all of a file into another one that exists, from `offset` on.
    static func copy(_ source: FilePath, into destination: FilePath, at offset: Int64) throws {
        let input = try open(source, .readOnly)
        try input.closeAfter {
            let output = try open(destination, .readWrite)
            try output.closeAfter {
                let size = try input.seek(offset: 0, from: .end)
                try copyRange(0..<size, from: input, to: output, at: offset)
            }
        }
    }

    /// Copies what is data in a file into another one that exists, from `offset` on; where holes are, nothing changes.
    static func copyData(_ source: FilePath, into destination: FilePath, at offset: Int64) throws {
        let input = try open(source, .readOnly)
        try input.closeAfter {
            let output = try open(destination, .readWrite)
            try output.closeAfter {
                for range in try dataRanges(input, source) {
                    try copyRange(range, from: input, to: output, at: offset + range.lowerBound)
                }
            }
        }
    }

    /// Overwrites bytes in the middle of a file.
    static func write(_ bytes: [UInt8], to path: FilePath, at offset: Int64) throws {
        let descriptor = try open(path, .readWrite)
        try descriptor.closeAfter { _ = try descriptor.writeAll(toAbsoluteOffset: offset, bytes) }
    }

    /// Reads up to `count` bytes.
    static func read(_ path: FilePath, at offset: Int64, count: Int) throws -> [UInt8] {
        let descriptor = try open(path, .readOnly)
        return try descriptor.closeAfter {
            var filled = 0
            var bytes = [UInt8](repeating: 0, count: count)
            while filled < count {
                let read = try bytes.withUnsafeMutableBytes {
                    try descriptor.read(
                        fromAbsoluteOffset: offset + Int64(filled), into: .init(rebasing: $0[filled...]))
                }
                if read == 0 { break }
                filled += read
            }
            return Array(bytes.prefix(filled))
        }
    }

    /// A file's size in bytes; holes count.
    static func size(_ path: FilePath) throws -> Int64 {
        let descriptor = try open(path, .readOnly)
        return try descriptor.closeAfter { try descriptor.seek(offset: 0, from: .end) }
    }

    /// Where a file has data, in ascending order.
    static func dataRanges(_ path: FilePath) throws -> [Range<Int64>] {
        let descriptor = try open(path, .readOnly)
        return try descriptor.closeAfter { try dataRanges(descriptor, path) }
    }

    /// Opens a file, with an error that names it.
    static func open(
        _ path: FilePath, _ mode: FileDescriptor.AccessMode, options: FileDescriptor.OpenOptions = []
    ) throws -> FileDescriptor {
        do {
            return try FileDescriptor.open(
                path, mode, options: options, permissions: [.ownerReadWrite, .groupRead, .otherRead])
        } catch let error as Errno {
            throw DiskImageError.file(path, operation: "open", reason: "\(error)")
        }
    }

    private static func resize(_ descriptor: FileDescriptor, _ path: FilePath, to size: Int64) throws {
        guard ftruncate(descriptor.rawValue, off_t(size)) == 0 else {
            throw DiskImageError.file(path, operation: "resize", reason: "\(Errno(rawValue: errno))")
        }
    }

    private static func dataRanges(_ descriptor: FileDescriptor, _ path: FilePath) throws -> [Range<Int64>] {
        let size = try descriptor.seek(offset: 0, from: .end)
        var ranges: [Range<Int64>] = []
        var position: Int64 = 0
        while position < size {
            let start = lseek(descriptor.rawValue, off_t(position), seekData)
            if start < 0 {
                // No data after this position.
                if errno == ENXIO { break }
                throw DiskImageError.file(path, operation: "find the data of", reason: "\(Errno(rawValue: errno))")
            }
            let end = lseek(descriptor.rawValue, start, seekHole)
            guard end > start else {
                throw DiskImageError.file(path, operation: "find the holes of", reason: "\(Errno(rawValue: errno))")
            }
            ranges.append(Int64(start)..<Int64(end))
            position = Int64(end)
        }
        return ranges
    }

    private static func copyRange(
        _ range: Range<Int64>, from input: FileDescriptor, to output: FileDescriptor, at offset: Int64
    ) throws {
        var position = range.lowerBound
        while position < range.upperBound {
            var from = off_t(position)
            var to = off_t(offset + position - range.lowerBound)
            let count = copy_file_range(
                input.rawValue, &from, output.rawValue, &to, Int(range.upperBound - position), 0)
            if count == 0 { return }
            guard count > 0 else {
                // Between two filesystems, for example.
                return try copyBytes(
                    position..<range.upperBound, from: input, to: output, at: offset + position - range.lowerBound)
            }
            position += Int64(count)
        }
    }

    private static func copyBytes(
        _ range: Range<Int64>, from input: FileDescriptor, to output: FileDescriptor, at offset: Int64
    ) throws {
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 4096)
        defer { buffer.deallocate() }
        var position = range.lowerBound
        while position < range.upperBound {
            let wanted = min(Int(range.upperBound - position), buffer.count)
            let count = try input.read(fromAbsoluteOffset: position, into: .init(rebasing: buffer[..<wanted]))
            if count == 0 { return }
            try output.writeAll(
                toAbsoluteOffset: offset + position - range.lowerBound,
                UnsafeRawBufferPointer(rebasing: buffer[..<count]))
            position += Int64(count)
        }
    }
}
