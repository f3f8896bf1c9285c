import Foundation
import Synchronization
import SystemPackage

/// A file that a guest fills: written as it comes, and no longer than a limit.
final class LogFile: Sendable {
    private struct State {
        var size = 0
        var isOpen = true
    }

    /// More than any sane console or journal; what a mad guest writes beyond it is dropped.
    static let limit = 64 << 20

    private let descriptor: FileDescriptor
    private let state = Mutex(State())

    init(_ path: FilePath) throws {
        descriptor = try FileDescriptor.open(
            path, .writeOnly, options: [.create, .truncate, .closeOnExec],
            permissions: [.ownerReadWrite, .groupRead, .otherRead])
    }

    deinit { try? descriptor.close() }

    /// Appends bytes. A full disk loses the log, not the machine.
    func write(_ bytes: [UInt8]) {
        state.withLock { state in
            guard state.size < Self.limit else { return }
            state.size += bytes.count
            _ = try? descriptor.writeAll(bytes)
            if state.size >= Self.limit {
                _ = try? descriptor.writeAll("\n[the rest is not kept: more than \(Self.limit >> 20) MiB]\n".utf8)
            }
        }
    }
}
