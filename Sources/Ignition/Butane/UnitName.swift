/// The names of systemd units that stand for paths.
enum UnitName {
    /// A path as part of a unit's name, as `systemd-escape --path` writes it. Source: systemd.unit(5), "String escaping".
    static func escaped(path: String) -> String {
        let names = path.split(separator: "/")
        guard !names.isEmpty else { return "-" }
        var result = ""
        for (index, byte) in names.joined(separator: "/").utf8.enumerated() {
            switch byte {
            case UInt8(ascii: "/"): result += "-"
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: ":"), UInt8(ascii: "_"):
                result.unicodeScalars.append(Unicode.Scalar(byte))
            case UInt8(ascii: ".") where index > 0: result += "."
            default:
                let digits = String(byte, radix: 16)
                result += "\\x" + (digits.count < 2 ? "0" : "") + digits
            }
        }
        return result
    }
}
