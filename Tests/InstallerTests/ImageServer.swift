import Foundation
import SystemPackage
import TestSupport

/// A web server, on a port of its own choice, until it is let go. `/broken-N/FILE` breaks off in the middle the first N times.
final class ImageServer: Sendable {
    private let tool: BackgroundTool
    /// Where it answers, without a slash at the end.
    let url: String

    private static let script = """
        import collections, functools, http.server, os, re, sys
        seen = collections.Counter()
        class Handler(http.server.SimpleHTTPRequestHandler):
            def do_GET(self):
                match = re.fullmatch("/broken-([0-9]+)(/.*)", self.path)
                if match is None:
                    return super().do_GET()
                seen[self.path] += 1
                count, self.path = int(match[1]), match[2]
                if seen[match[0]] > count:
                    return super().do_GET()
                with open(self.translate_path(self.path), "rb") as file:
                    data = file.read()
                self.send_response(200)
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data[:len(data) // 2])
        handler = functools.partial(Handler, directory=sys.argv[1])
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
        print(server.server_port)
        server.serve_forever()
        """

    /// Serves a directory.
    init(_ directory: FilePath) throws {
        let tool = try BackgroundTool(["python3", "-u", "-c", Self.script, directory.string])
        var line: [UInt8] = []
        var byte: UInt8 = 0
        while try withUnsafeMutableBytes(of: &byte, { try tool.output.read(into: $0) }) == 1, byte != 10 {
            line.append(byte)
        }
        guard let port = Int(String(decoding: line, as: UTF8.self)) else {
            tool.stop()
            throw Errno.connectionRefused
        }
        self.tool = tool
        url = "http://127.0.0.1:\(port)"
    }

    deinit { tool.stop() }
}
