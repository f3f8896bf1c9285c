import Foundation
import HostSystem
import SystemPackage

/// Reads all sockets of one machine on one thread, and ends when QEMU has closed them all.
final class ChannelReader: Sendable {
    /// What to do with the bytes of one socket, on the reader's thread.
    struct Source: Sendable {
        let descriptor: FileDescriptor
        let receive: @Sendable ([UInt8]) -> Void
    }

    /// Starts to read. The descriptors belong to the reader, which closes them.
    static func start(_ sources: [Source], onEnd: @escaping @Sendable () -> Void) {
        let thread = Thread {
            run(sources)
            onEnd()
        }
        thread.name = "channels"
        thread.start()
    }

    private static func run(_ all: [Source]) {
        var sources = all
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        while !sources.isEmpty {
            var polled = sources.map { pollfd(fd: $0.descriptor.rawValue, events: Int16(POLLIN), revents: 0) }
            let count = poll(&polled, nfds_t(polled.count), -1)
            if count < 0, errno != EINTR { break }
            var closed: Set<Int32> = []
            for (source, state) in zip(sources, polled) where state.revents != 0 {
                let length = buffer.withUnsafeMutableBytes { try? source.descriptor.read(into: $0) } ?? 0
                if length > 0 {
                    source.receive(Array(buffer[..<length]))
                } else {
                    closed.insert(source.descriptor.rawValue)
                }
            }
            sources.removeAll { source in
                guard closed.contains(source.descriptor.rawValue) else { return false }
                try? source.descriptor.close()
                return true
            }
        }
        for source in sources { try? source.descriptor.close() }
    }
}
