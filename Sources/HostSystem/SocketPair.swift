import Foundation
import SystemPackage

/// Two connected stream sockets: one end for this process, one for a child.
public struct SocketPair: Sendable {
    /// This process's end.
    public let host: FileDescriptor
    /// The child's end; to be closed here once the child has it.
    public let child: FileDescriptor

    /// Makes a pair; no program that is started by accident inherits an end.
    ///
    /// - Throws: `Errno`.
    public init() throws {
        var ends: [Int32] = [-1, -1]
        let kind = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
        guard socketpair(AF_UNIX, kind, 0, &ends) == 0 else { throw Errno(rawValue: errno) }
        host = FileDescriptor(rawValue: ends[0])
        child = FileDescriptor(rawValue: ends[1])
    }
}
