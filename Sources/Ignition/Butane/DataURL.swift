import Foundation
import Zlib

/// `data:` URLs (RFC 2397) as Butane makes them.
///
/// Source: Butane, `base/util/url.go`.
struct DataURL: Equatable {
    /// The whole URL.
    let text: String
    /// What Ignition has to undo: `gzip`, or nothing.
    let compression: String

    /// The shortest of: percent encoding, base64, and base64 of the bytes as gzip, for which the word `gzip` counts too.
    ///
    /// Which of them it is, Butane decides in the same way; what its gzip's bytes are is another matter, as Go's encoder is
    /// another than zlib's. Equal bytes give equal URLs wherever the same zlib runs.
    ///
    /// - Parameter compresses: false where the contents are compressed already, or the config's version knows no compression.
    static func shortest(_ bytes: [UInt8], compresses: Bool) throws -> DataURL {
        let plain = plain(bytes)
        guard compresses else { return DataURL(text: "data:" + plain, compression: "") }
        let gzip = ";base64," + Data(try gzipped(bytes)).base64EncodedString()
        guard gzip.utf8.count + "gzip".utf8.count < plain.utf8.count else {
            return DataURL(text: "data:" + plain, compression: "")
        }
        return DataURL(text: "data:" + gzip, compression: "gzip")
    }

    private static func gzipped(_ bytes: [UInt8]) throws -> [UInt8] {
        var result: [UInt8] = []
        let compressor = try GzipCompressor(level: 9)
        try bytes.withUnsafeBytes { try compressor.write($0) { result += $0 } }
        try compressor.finish { result += $0 }
        return result
    }

    /// The shorter of the percent and the base64 encoding.
    private static func plain(_ bytes: [UInt8]) -> String {
        let base64 = ";base64," + Data(bytes).base64EncodedString()
        var percent = ","
        let digits = Array("0123456789ABCDEF")
        for byte in bytes {
            if isUnreserved(byte) {
                percent.unicodeScalars.append(Unicode.Scalar(byte))
            } else {
                percent += "%\(digits[Int(byte >> 4)])\(digits[Int(byte & 15)])"
            }
            if percent.utf8.count > base64.utf8.count { return base64 }
        }
        return percent
    }

    private static func isUnreserved(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."),
            UInt8(ascii: "~"):
            true
        default: false
        }
    }
}
