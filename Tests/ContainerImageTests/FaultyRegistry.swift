import Foundation
import Glibc
import SystemPackage

/// A registry that answers every request in the same wrong way, which a real one cannot be made to do. It talks plain
/// HTTP, and is gone when it is let go.
final class FaultyRegistry: Sendable {
    enum Fault: Sendable {
        /// A status and the error code that registries send with it (distribution-spec, "Error Codes").
        case status(Int, code: String)
        /// The API's version is answered, everything else never.
        case silence
    }

    /// Host and port.
    let host: String
    private let listener: Int32

    init(_ fault: Fault) throws {
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard listener >= 0 else { throw Errno(rawValue: errno) }
        self.listener = listener
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = INADDR_LOOPBACK.bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let status = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(listener, $0, length) == 0 && listen(listener, 16) == 0 && getsockname(listener, $0, &length) == 0
            }
        }
        guard status else { throw Errno(rawValue: errno) }
        host = "127.0.0.1:\(UInt16(bigEndian: address.sin_port))"
        Thread.detachNewThread {
            while case let connection = accept(listener, nil, nil), connection >= 0 {
                Thread.detachNewThread { Self.serve(connection, fault) }
            }
        }
    }

    deinit {
        shutdown(listener, Int32(SHUT_RDWR))
        close(listener)
    }

    private static func serve(_ connection: Int32, _ fault: Fault) {
        let file = FileDescriptor(rawValue: connection)
        defer { try? file.close() }
        var request: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4096)
        while case let count = (try? buffer.withUnsafeMutableBytes({ try file.read(into: $0) })) ?? 0, count > 0 {
            request += buffer[..<count]
            guard request.suffix(4) == Array("\r\n\r\n".utf8)[...] else { continue }
            let isPing = String(decoding: request, as: UTF8.self).hasPrefix("GET /v2/ ")
            request = []
            let answer: (status: Int, body: String)
            switch fault {
            case _ where isPing: answer = (200, "{}")
            case .silence: continue
            case .status(let status, let code):
                answer = (status, #"{"errors":[{"code":"\#(code)","message":"\#(code.lowercased())"}]}"#)
            }
            let text =
                "HTTP/1.1 \(answer.status) Status\r\nContent-Type: application/json\r\n"
                + "Docker-Distribution-Api-Version: registry/2.0\r\nRetry-After: 0\r\nContent-Length: \(answer.body.utf8.count)\r\n\r\n"
                + answer.body
            _ = try? file.writeAll(text.utf8)
        }
    }
}
