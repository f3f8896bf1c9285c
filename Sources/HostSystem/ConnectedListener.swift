import Foundation
import SystemPackage

/// A Unix socket that a program is going to listen on, and the one connection to it that stands already: for programs that take
/// a listening socket only. Its name is gone before the program starts, so that nobody else connects.
public struct ConnectedListener: Sendable {
    /// The socket that listens; to be closed here once the program has it.
    public let listener: FileDescriptor
    /// The other end of the connection that the program will accept.
    public let connection: FileDescriptor

    /// Makes the socket and connects to it.
    ///
    /// - Parameter folder: a folder of this user's own, for the moment.
    /// - Throws: `Errno`.
    public init(in folder: FilePath) throws {
        let path = folder.appending("socket")
        let kind = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
        let ends = [socket(AF_UNIX, kind, 0), socket(AF_UNIX, kind, 0)]
        do {
            guard ends.allSatisfy({ $0 >= 0 }) else { throw Errno(rawValue: errno) }
            try Self.withAddress(path) { address, length in
                guard bind(ends[0], address, length) == 0 else { throw Errno(rawValue: errno) }
                defer { unlink(path.string) }
                guard listen(ends[0], 1) == 0, connect(ends[1], address, length) == 0 else {
                    throw Errno(rawValue: errno)
                }
            }
        } catch {
            for end in ends where end >= 0 { close(end) }
            throw error
        }
        (listener, connection) = (FileDescriptor(rawValue: ends[0]), FileDescriptor(rawValue: ends[1]))
    }

    private static func withAddress(
        _ path: FilePath, _ body: (UnsafePointer<sockaddr>, socklen_t) throws -> Void
    ) throws {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let bytes = Array(path.string.utf8)
        guard bytes.count < MemoryLayout.size(ofValue: address.sun_path) else { throw Errno.fileNameTooLong }
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
        let length = socklen_t(MemoryLayout<sockaddr_un>.size)
        try withUnsafePointer(to: &address) { pointer in
            try pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { try body($0, length) }
        }
    }
}
