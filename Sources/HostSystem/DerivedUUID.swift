/// UUIDs that depend on what they name and on nothing else.
public enum DerivedUUID {
    /// A version 8 UUID (RFC 9562) from the SHA-256 of `seed` and `name`.
    public static func make(seed: String, name: String) -> String {
        var digest = Digest()
        digest.update(field: seed)
        digest.update(field: name)
        var digits = Array(digest.finish().utf8.prefix(32))
        digits[12] = UInt8(ascii: "8")
        let variants = Array("89ab".utf8)
        digits[16] = variants[Int(digits[16]) & 3]
        var text = String(decoding: digits, as: UTF8.self)
        for position in [20, 16, 12, 8] {
            text.insert("-", at: text.index(text.startIndex, offsetBy: position))
        }
        return text
    }
}
