import Foundation
import HostSystem
import NIOCore
import NIOHTTP1
import NIOPosix
import SystemPackage

/// Serves the files in a folder by HTTP/1.1: GET and HEAD, lists of folders, nothing outside of it.
public struct FileServer: Sendable {
    /// The folder. Links in it are followed.
    public let folder: FilePath

    private typealias Connection = NIOAsyncChannel<HTTPServerRequestPart, HTTPServerResponsePart>
    private typealias Writer = NIOAsyncChannelOutboundWriter<HTTPServerResponsePart>

    private static let chunk = 256 << 10

    /// A server of a folder.
    public init(folder: FilePath) { self.folder = folder }

    /// The address at which guests find the host's own 127.0.0.1, where they reach the internet (QEMU's `-netdev user`).
    public static let guestsAddress = "10.0.2.2"

    /// Serves guests while `body` runs.
    ///
    /// - Parameter body: given the address to put before files' names: `http://10.0.2.2:PORT`.
    /// - Throws: ``FileServerError`` where no port can be had, and what `body` throws.
    public func whileServing<Result: Sendable>(
        _ body: @escaping @Sendable (_ url: String) async throws -> Result
    ) async throws -> Result {
        let (ports, port) = AsyncStream<Int>.makeStream()
        return try await withThrowingTaskGroup(of: Result?.self) { group in
            group.addTask {
                try await serve(host: "127.0.0.1", port: 0) { port.yield($0) }
                return nil
            }
            group.addTask {
                for await port in ports { return try await body("http://\(Self.guestsAddress):\(port)") }
                throw CancellationError()
            }
            defer { group.cancelAll() }
            for try await result in group { if let result { return result } }
            throw CancellationError()
        }
    }

    /// Serves until the task is cancelled.
    ///
    /// - Parameters:
    ///   - host: the address to listen on.
    ///   - port: 0 for a free one.
    ///   - started: told the port when connections are taken.
    /// - Throws: ``FileServerError`` where the port cannot be had.
    public func serve(host: String = "0.0.0.0", port: Int, started: (Int) -> Void) async throws {
        let server: NIOAsyncChannel<Connection, Never>
        do {
            server = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
                .bind(host: host, port: port) { channel in
                    channel.eventLoop.makeCompletedFuture {
                        try channel.pipeline.syncOperations.configureHTTPServerPipeline()
                        return try Connection(wrappingChannelSynchronously: channel)
                    }
                }
        } catch let error as IOError {
            throw FileServerError(reason: "cannot listen on port \(port): \(Errno(rawValue: error.errnoCode))")
        }
        started(server.channel.localAddress?.port ?? port)
        try await withThrowingDiscardingTaskGroup { group in
            try await server.executeThenClose { connections in
                for try await connection in connections {
                    // A client that goes away ends its own connection only.
                    group.addTask { try? await handle(connection) }
                }
            }
        }
    }

    private func handle(_ connection: Connection) async throws {
        try await connection.executeThenClose { requests, writer in
            var head: HTTPRequestHead?
            for try await part in requests {
                switch part {
                case .head(let next): head = next
                case .body: continue
                case .end:
                    guard let request = head else { return }
                    head = nil
                    try await answer(request, writer)
                    if !request.isKeepAlive { return }
                }
            }
        }
    }

    private func answer(_ request: HTTPRequestHead, _ writer: Writer) async throws {
        guard request.method == .GET || request.method == .HEAD else {
            return try await send(.methodNotAllowed, text: "405 method not allowed\n", request, writer)
        }
        guard let components = Self.components(of: request.uri) else {
            return try await send(.badRequest, text: "400 bad request\n", request, writer)
        }
        let path = components.reduce(folder) { $0.appending($1) }
        let isFolderName = Self.path(of: request.uri).hasSuffix("/")
        if FileContent.isDirectory(path) {
            guard isFolderName else {
                let location = "/" + components.map(Self.encoded).joined(separator: "/") + "/"
                return try await send(.movedPermanently, text: "", request, writer, headers: ["location": location])
            }
            let index = path.appending("index.html")
            if FileContent.exists(index) { return try await send(file: index, request, writer) }
            let type = ["content-type": "text/html; charset=utf-8"]
            return try await send(.ok, text: Self.list(path), request, writer, headers: type)
        }
        try await send(file: path, request, writer)
    }

    private func send(file path: FilePath, _ request: HTTPRequestHead, _ writer: Writer) async throws {
        // A FIFO would wait for its writer.
        guard let descriptor = try? FileDescriptor.open(path, .readOnly, options: .nonBlocking),
            let size = try? descriptor.seek(offset: 0, from: .end), !FileContent.isDirectory(path)
        else { return try await send(.notFound, text: "404 page not found\n", request, writer) }
        defer { try? descriptor.close() }
        let type = path.extension == "html" ? "text/html; charset=utf-8" : "application/octet-stream"
        let headers: HTTPHeaders = ["content-length": "\(size)", "content-type": type]
        try await writer.write(.head(HTTPResponseHead(version: request.version, status: .ok, headers: headers)))
        var position: Int64 = 0
        while request.method == .GET, position < size {
            let start = position
            let bytes = try await Blocking.run {
                var buffer = [UInt8](repeating: 0, count: min(Self.chunk, Int(size - start)))
                let count = try buffer.withUnsafeMutableBytes {
                    try descriptor.read(fromAbsoluteOffset: start, into: $0)
                }
                return Array(buffer[..<count])
            }
            // A file that became shorter: the client sees that bytes are missing.
            guard !bytes.isEmpty else { throw FileServerError(reason: "\(path) became shorter while it was sent") }
            try await writer.write(.body(.byteBuffer(ByteBuffer(bytes: bytes))))
            position += Int64(bytes.count)
        }
        try await writer.write(.end(nil))
    }

    private func send(
        _ status: HTTPResponseStatus, text: String, _ request: HTTPRequestHead, _ writer: Writer,
        headers: [String: String] = [:]
    ) async throws {
        var all: HTTPHeaders = ["content-length": "\(text.utf8.count)"]
        for (name, value) in headers { all.add(name: name, value: value) }
        if headers["content-type"] == nil { all.add(name: "content-type", value: "text/plain; charset=utf-8") }
        try await writer.write(.head(HTTPResponseHead(version: request.version, status: status, headers: all)))
        if request.method != .HEAD { try await writer.write(.body(.byteBuffer(ByteBuffer(string: text)))) }
        try await writer.write(.end(nil))
    }

    private static func path(of uri: String) -> Substring { uri.prefix { $0 != "?" && $0 != "#" } }

    /// The names on the way to a file; nil where one of them would lead out of the folder.
    static func components(of uri: String) -> [String]? {
        var names: [String] = []
        for part in path(of: uri).split(separator: "/") {
            guard let name = String(part).removingPercentEncoding, name != "..", !name.contains("/"),
                !name.contains("\0")
            else { return nil }
            if name != "." { names.append(name) }
        }
        return names
    }

    private static func list(_ path: FilePath) -> String {
        let lines = FileContent.names(in: path).map { name in
            let full = FileContent.isDirectory(path.appending(name)) ? name + "/" : name
            let shown = full.replacing("&", with: "&amp;").replacing("<", with: "&lt;")
            return "<a href=\"\(encoded(full))\">\(shown)</a>\n"
        }
        return
            "<!doctype html>\n<meta name=\"viewport\" content=\"width=device-width\">\n<pre>\n\(lines.joined())</pre>\n"
    }

    private static func encoded(_ name: String) -> String {
        // A colon in the first name would make it a scheme.
        var allowed = CharacterSet.urlPathAllowed
        allowed.remove(charactersIn: ":")
        return name.addingPercentEncoding(withAllowedCharacters: allowed) ?? name
    }
}

/// A server that cannot serve.
public struct FileServerError: Error, CustomStringConvertible {
    let reason: String
    /// One line.
    public var description: String { reason }
}
