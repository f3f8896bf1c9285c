/// Names of refs in the package cache: `rpmostree/pkg/<name>/<EVR.arch>`, escaped as rpm-ostree does
/// (rpm-ostree `rust/src/rpmutils.rs`).
public enum CacheBranch {
    /// The ref for a package.
    ///
    /// - Parameters:
    ///   - name: the package's name.
    ///   - evra: `[epoch:]version-release.arch`.
    public static func name(_ name: String, evra: String) -> String { "rpmostree/pkg/\(escape(name))/\(escape(evra))" }

    /// Letters, digits, `.` and `-` stay; `_` is doubled; anything else becomes `_` and two hexadecimal digits.
    static func escape(_ text: String) -> String {
        var result = ""
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "-"):
                result.unicodeScalars.append(Unicode.Scalar(byte))
            case UInt8(ascii: "_"):
                result += "__"
            default:
                let hex = String(byte, radix: 16, uppercase: true)
                result += "_" + (hex.count == 1 ? "0" + hex : hex)
            }
        }
        return result
    }
}
