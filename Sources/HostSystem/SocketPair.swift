import Foundation
import SystemPackage

/// Two connected sockets: one end for this process, one for a child.
public struct SocketPair: Sendable {
    /// How bytes go from one end to the other.
    public enum Kind: Sendable {
        /// As one stream.
        case stream
        /// In messages, each of which arrives whole or not at all.
        case datagram
    }

    /// This process's end.
    public let host: FileDescriptor
    /// The child's end; to be closed here once the child has it.
    public let child: FileDescriptor

    /// Makes a pair; no program that is started by accident inherits an end.
    ///
    /// - Throws: `Errno`.
    public init(_ kind: Kind = .stream) throws {
        var ends: [Int32] = [-1, -1]
        let type = kind == .stream ? SOCK_STREAM : SOCK_DGRAM
        guard socketpair(AF_UNIX, Int32(type.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0, &ends) == 0 else {
            throw Errno(rawValue: errno)
        }
        host = FileDescriptor(rawValue: ends[0])
        child = FileDescriptor(rawValue: ends[1])
    }
}
