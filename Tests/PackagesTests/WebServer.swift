import Foundation
import SystemPackage
import TestSupport

/// Python's web server over a directory, on a port of its own choice, until it is let go.
final class WebServer: Sendable {
    private let tool: BackgroundTool
    /// Where it answers, without a slash at the end.
    let url: String

    init(_ directory: FilePath) throws {
        let tool = try BackgroundTool([
            "python3", "-u", "-m", "http.server", "--bind", "127.0.0.1", "--directory", directory.string, "0",
        ])
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
