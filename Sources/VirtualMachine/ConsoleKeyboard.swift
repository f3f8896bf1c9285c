import Foundation
import SystemPackage

/// The way to a guest's serial console, for what somebody types there.
public final class ConsoleKeyboard: Sendable {
    private let descriptor: FileDescriptor
    private let writer = DispatchQueue(label: "console-keyboard")

    /// Takes a copy of the console's socket.
    init(_ socket: FileDescriptor) throws { descriptor = try socket.duplicate() }

    deinit { try? descriptor.close() }

    /// Types bytes, in the order of the calls. A guest that does not read keeps nobody waiting.
    public func type(_ bytes: [UInt8]) {
        writer.async { [self] in
            var rest = bytes[...]
            while !rest.isEmpty {
                let count = rest.withUnsafeBytes {
                    send(descriptor.rawValue, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
                }
                if count < 0, errno == EINTR { continue }
                // QEMU has ended; nobody reads what is typed.
                guard count > 0 else { return }
                rest = rest.dropFirst(count)
            }
        }
    }
}
