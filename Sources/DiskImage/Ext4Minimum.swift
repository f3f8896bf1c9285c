import Deployment
import Ext2fs
import Foundation
import HostSystem
import SystemPackage

/// Finds the smallest ext4, in whole MiB, that holds a tree: by making it.
struct Ext4Minimum {
    /// Seconds since 1970; every time in the filesystem.
    let timestamp: Int64
    /// What the hash seed of directories is derived from.
    let seed: String
    /// Where filesystems are tried.
    let workDirectory: FilePath

    private var scratch: FilePath { workDirectory.appending("smallest.img") }

    /// The size in bytes; the blocks that mke2fs reserves for root (1 %) are free.
    ///
    /// - Parameter limit: a size in bytes that is large enough.
    /// - Throws: `CommandError` of mke2fs, `Ext2fsError`, or `Errno`.
    func size(of tree: FileTree, _ options: Ext4Writer.Options, upTo limit: Int64) async throws -> Int64 {
        defer { unlink(scratch.string) }
        let empty = try await space(limit, options)
        try await write(tree, options, limit)
        let filled = try Ext4Space(path: scratch, offset: 0)
        let blocks = empty.freeBlocks - filled.freeBlocks
        let inodes = empty.freeInodes - filled.freeInodes

        var (low, high) = (blocks * empty.blockSize / .mebibyte, limit / .mebibyte)
        while low < high {
            let middle = (low + high) / 2
            let space = try await space(middle * .mebibyte, options)
            if space.freeBlocks - space.blocks / 100 >= blocks, space.freeInodes >= inodes {
                high = middle
            } else {
                low = middle + 1
            }
        }
        // Content that lies in more pieces than in the larger one takes blocks to list them.
        while high < limit / .mebibyte, try await !holds(tree, options, high * .mebibyte) { high += 1 }
        return high * .mebibyte
    }

    private func space(_ size: Int64, _ options: Ext4Writer.Options) async throws -> Ext4Space {
        try await makeEmpty(size, options)
        return try Ext4Space(path: scratch, offset: 0)
    }

    private func holds(_ tree: FileTree, _ options: Ext4Writer.Options, _ size: Int64) async throws -> Bool {
        do {
            try await write(tree, options, size)
            return true
        } catch let error as Ext2fsError where error.isOutOfSpace {
            return false
        }
    }

    private func makeEmpty(_ size: Int64, _ options: Ext4Writer.Options) async throws {
        let writer = try start(size)
        try await writer.makeEmpty(extent(size), options)
    }

    private func write(_ tree: FileTree, _ options: Ext4Writer.Options, _ size: Int64) async throws {
        let writer = try start(size)
        try await writer.write(tree, to: extent(size), options)
    }

    private func extent(_ size: Int64) -> PartitionExtent {
        PartitionExtent(number: 1, role: .root, start: 0, size: size)
    }

    private func start(_ size: Int64) throws -> Ext4Writer {
        unlink(scratch.string)
        try SparseFile.create(scratch, size: size)
        return Ext4Writer(image: scratch, timestamp: timestamp, seed: seed, workDirectory: workDirectory)
    }
}
