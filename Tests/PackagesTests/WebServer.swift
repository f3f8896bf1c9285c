import Foundation
import SystemPackage
import TestSupport

/// Python's web server, on a port of its own choice, until it is let go.
final class WebServer: Sendable {
    private let tool: BackgroundTool
    /// Where it answers, without a slash at the end.
    let url: String

    /// Serves a directory.
    convenience init(_ directory: FilePath) throws {
        try self.init([
            "-m", "http.server", "--bind", "127.0.0.1", "--directory", directory.string, "0",
        ])
    }

    /// Serves a directory to those who give these credentials (`user:password`), or, where it is nil, to those who give
    /// none.
    convenience init(_ directory: FilePath, credentials: String?) throws {
        let script = """
            import base64, functools, http.server, sys
            wanted = "Basic " + base64.b64encode(sys.argv[2].encode()).decode() if len(sys.argv) > 2 else None
            class Handler(http.server.SimpleHTTPRequestHandler):
                def do_GET(self):
                    if self.headers.get("Authorization") == wanted:
                        super().do_GET()
                    else:
                        self.send_error(403)
            handler = functools.partial(Handler, directory=sys.argv[1])
            server = http.server.HTTPServer(("127.0.0.1", 0), handler)
            print("Serving HTTP on 127.0.0.1 port %d" % server.server_port)
            server.serve_forever()
            """
        try self.init(["-c", script, directory.string] + [credentials].compactMap(\.self))
    }

    private init(_ arguments: [String]) throws {
        let tool = try BackgroundTool(["python3", "-u"] + arguments)
        // It says "Serving HTTP on 127.0.0.1 port N …" once it listens.
        var line: [UInt8] = []
        var byte: UInt8 = 0
        while try withUnsafeMutableBytes(of: &byte, { try tool.output.read(into: $0) }) == 1, byte != 10 {
            line.append(byte)
        }
        let words = String(decoding: line, as: UTF8.self).split(separator: " ")
        guard let index = words.firstIndex(of: "port"), words.indices.contains(index + 1) else {
            tool.stop()
            throw Errno.connectionRefused
        }
        self.tool = tool
        url = "http://127.0.0.1:\(words[index + 1])"
    }

    deinit { tool.stop() }
}
