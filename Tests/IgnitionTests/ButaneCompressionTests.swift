import Foundation
import Testing
import Zlib

@testable import Ignition

@Suite struct ButaneCompressionTests {
    /// The contents of the only file of a config.
    private func contents(_ inline: String, version: String = "1.4.0", more: String = "") throws -> ConfigValue {
        let text = """
            variant: fcos
            version: \(version)
            storage:
              files:
                - path: /a
                  contents:
                    inline: "\(inline)"
            \(more)
            """
        let config = try IgnitionConfig(
            butane: Array(text.utf8), source: "c.bu", filesDirectory: nil, newest: .newest)
        return try #require(config.root["storage"]?["files"]?.array?.first?["contents"])
    }

    private func inflated(_ url: String) throws -> String {
        let prefix = "data:;base64,"
        try #require(url.hasPrefix(prefix))
        let data = try #require(Data(base64Encoded: String(url.dropFirst(prefix.count))))
        var rest = Array(data)[...]
        let decompressor = try GzipDecompressor { buffer in
            let piece = rest.prefix(buffer.count)
            buffer.copyBytes(from: piece)
            rest = rest.dropFirst(piece.count)
            return piece.count
        }
        var result = [UInt8](repeating: 0, count: 1 << 16)
        let count = try result.withUnsafeMutableBytes { try decompressor.read(into: $0) }
        return String(decoding: result[..<count], as: UTF8.self)
    }

    private static let long = String(repeating: "thesameagain", count: 40)

    @Test func longContentsAreCompressedAndTheConfigSaysSo() throws {
        let made = try contents(Self.long)
        #expect(made["compression"]?.string == "gzip")
        let url = try #require(made["source"]?.string)
        #expect(try inflated(url) == Self.long)
        #expect(url.utf8.count < 150)
        #expect(try contents(Self.long) == made)
    }

    @Test func whatWouldNotBecomeShorterStaysAsItIs() throws {
        let made = try contents("hello")
        #expect(made["compression"]?.string == "" && made["source"]?.string == "data:,hello")
    }

    @Test func whatIsCompressedAlreadyIsNotCompressedAgain() throws {
        let made = try contents(Self.long, more: "        compression: gzip")
        #expect(made["compression"]?.string == "gzip")
        #expect(made["source"]?.string?.contains("thesameagain") == true)
    }

    @Test func theFirstVersionKnowsNoCompression() throws {
        let made = try contents(Self.long, version: "1.0.0")
        #expect(made["compression"] == nil)
        #expect(made["source"]?.string?.contains("thesameagain") == true)
    }

    @Test func theWordForItCountsToo() throws {
        // The gzip of these is shorter than the percent encoding, but not by more than the word.
        let lengths = (1...200).map { String(repeating: "a", count: $0) }
        for text in lengths {
            let plain = try DataURL.shortest(Array(text.utf8), compresses: false).text.utf8.count
            let made = try DataURL.shortest(Array(text.utf8), compresses: true)
            #expect(made.text.utf8.count + made.compression.utf8.count <= plain)
            #expect(made.compression == "gzip" || made.text.utf8.count == plain)
        }
    }
}
