import Foundation

/// `data:` URLs (RFC 2397).
enum DataURL {
    /// The shorter of the percent and the base64 encoding.
    static func shortest(_ bytes: [UInt8]) -> String {
        let base64 = ";base64," + Data(bytes).base64EncodedString()
        var percent = ","
        let digits = Array("0123456789ABCDEF")
        for byte in bytes {
            if isUnreserved(byte) {
                percent.unicodeScalars.append(Unicode.Scalar(byte))
            } else {
                percent += "%\(digits[Int(byte >> 4)])\(digits[Int(byte & 15)])"
            }
            if percent.utf8.count > base64.utf8.count { return "data:" + base64 }
        }
        return "data:" + percent
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
