import Foundation
import HostSystem
import Synchronization
import SystemPackage

/// An Ethernet segment of its own for several machines: what one of them sends, all others get, and nobody else. It needs no
/// privileges, no device of the host, and is gone with this process.
public final class NetworkSegment: Sendable {
    private let ports: [FileDescriptor]
    private let free: Mutex<[FileDescriptor]>

    /// A segment that nobody is on.
    ///
    /// - Parameter count: how many machines it is for.
    /// - Throws: `Errno`.
    public init(ports count: Int) throws {
        let pairs = try (0..<count).map { _ in try SocketPair(.datagram) }
        ports = pairs.map(\.host)
        free = Mutex(pairs.map(\.child))
        ChannelReader.start(
            ports.map { [ports] port in
                ChannelReader.Source(descriptor: port) { frame in
                    // A machine that is slow to take frames loses some, as on any Ethernet.
                    for other in ports where other != port {
                        send(other.rawValue, frame, frame.count, Int32(MSG_DONTWAIT) | Int32(MSG_NOSIGNAL))
                    }
                }
            }
        ) {}
    }

    deinit {
        for descriptor in free.withLock({ $0 }) { try? descriptor.close() }
        // The reader takes that for the end, and closes them.
        for port in ports { shutdown(port.rawValue, Int32(SHUT_RDWR)) }
    }

    /// A free port, as the open socket that QEMU's `-netdev dgram` takes; the caller closes it once QEMU has it.
    ///
    /// - Throws: ``MachineError`` where all ports are taken.
    func plug() throws -> FileDescriptor {
        guard let port = free.withLock({ $0.popLast() }) else {
            throw MachineError(
                kind: .launch, reason: "the network segment has no free port: all \(ports.count) are taken")
        }
        return port
    }
}
