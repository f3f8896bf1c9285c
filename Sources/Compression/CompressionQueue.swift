import Foundation
import HostSystem
import Synchronization
import SystemPackage

/// The blocks of some files in their order, and the work of the threads that compress them.
final class CompressionQueue: Sendable {
    /// A block that was read.
    private struct Block {
        let content: [UInt8]
        let before: [UInt8]
        let index: Int
        let isLast: Bool
        let output: CompressedOutput
    }

    private let source: Mutex<Source>
    private let permits: DispatchSemaphore

    init(_ outputs: [CompressedOutput], permits: DispatchSemaphore) {
        source = Mutex(Source(waiting: outputs[...]))
        self.permits = permits
    }

    /// Compresses blocks until there are no more.
    func work() {
        var compressors: [CompressionFormat: BlockCompressor] = [:]
        while true {
            permits.wait()
            guard let block = source.withLock({ $0.next() }) else {
                // For the next thread that waits, which ends the same way.
                permits.signal()
                return
            }
            let format = block.output.request.format
            let result = Result {
                let compressor = try compressors[format] ?? BlockCompressor(format)
                compressors[format] = compressor
                return try compressor.compress(block.content, before: block.before, isLast: block.isLast)
            }
            block.output.add(result, at: block.index)
        }
    }

    /// Reads one file after the other, in order: the digest needs that, and so do disks.
    private struct Source {
        var waiting: ArraySlice<CompressedOutput>
        var file: OpenFile?

        mutating func next() -> Block? {
            while true {
                guard file != nil else {
                    guard let output = waiting.popFirst() else { return nil }
                    do {
                        file = try OpenFile(output)
                    } catch {
                        output.close(after: 0, failure: error)
                    }
                    continue
                }
                if let block = readBlock() { return block }
            }
        }

        private mutating func readBlock() -> Block? {
            guard var current = file else { return nil }
            file = nil
            let read = current.count
            do {
                let block = current.output.hasFailed ? nil : try current.read()
                if let block, !block.isLast {
                    file = current
                    return block
                }
                try? current.descriptor.close()
                current.output.close(after: current.count, content: (current.digest.finish(), current.position))
                return block
            } catch {
                try? current.descriptor.close()
                current.output.close(after: read, failure: error)
                return nil
            }
        }
    }

    private struct OpenFile {
        let output: CompressedOutput
        let descriptor: FileDescriptor
        let size: Int64
        var position: Int64 = 0
        var count = 0
        var digest = Digest()
        private var tail: [UInt8] = []

        init(_ output: CompressedOutput) throws {
            self.output = output
            let path = output.request.source
            do {
                descriptor = try FileDescriptor.open(path, .readOnly, options: .closeOnExec)
                size = try descriptor.seek(offset: 0, from: .end)
            } catch {
                throw CompressionError("cannot read \(path): \(error)")
            }
        }

        mutating func read() throws -> Block {
            let path = output.request.source
            let wanted = Int(min(Int64(output.request.format.blockSize), size - position))
            let content = try [UInt8](unsafeUninitializedCapacity: wanted) { buffer, filled in
                while filled < wanted {
                    let rest = UnsafeMutableRawBufferPointer(rebasing: UnsafeMutableRawBufferPointer(buffer)[filled...])
                    do {
                        let count = try descriptor.read(fromAbsoluteOffset: position + Int64(filled), into: rest)
                        guard count > 0 else { throw CompressionError("it became shorter while it was read") }
                        filled += count
                    } catch {
                        throw CompressionError("cannot read \(path): \(error)")
                    }
                }
            }
            content.withUnsafeBytes { digest.update($0) }
            position += Int64(content.count)
            let before = tail
            tail = Array(content.suffix(CompressedOutput.dictionarySize))
            count += 1
            return Block(
                content: content, before: before, index: count - 1, isLast: position == size, output: output)
        }
    }
}
