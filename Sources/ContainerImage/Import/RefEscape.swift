/// Names of images and layers as parts of OSTree refs (ostree-ext `refescape.rs`).
enum RefEscape {
    /// The ref of a layer.
    static func layer(_ digest: String) -> String { layers + escape(digest) }
    /// The ref of an image.
    static func image(_ reference: String) -> String { images + escape(reference) }

    static let layers = "ostree/container/blob/"
    static let images = "ostree/container/image/"

    /// Letters, digits and `-` stay; `/` stays between parts; `_` is doubled; the rest is `_HEX_`.
    static func escape(_ text: String) -> String {
        var result = ""
        var afterAlphanumeric = false
        let scalars = Array(text.unicodeScalars)
        for (index, scalar) in scalars.enumerated() {
            let isAlphanumeric = scalar.isASCII && (scalar.properties.isAlphabetic || ("0"..."9").contains(scalar))
            switch scalar {
            case _ where isAlphanumeric: result.unicodeScalars.append(scalar)
            case "-": result += "-"
            case "/" where afterAlphanumeric && index + 1 < scalars.count: result += "/"
            case "_": result += "__"
            default:
                let digits = String(scalar.value, radix: 16, uppercase: true)
                result += "_" + (digits.count < 2 ? "0" : "") + digits + "_"
            }
            afterAlphanumeric = isAlphanumeric
        }
        return result
    }
}
