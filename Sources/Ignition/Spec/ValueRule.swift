/// What a text or a number of a config must look like.
///
/// Source: the `Validate` methods of Ignition's `config/v3_x/types`.
enum ValueRule: Sendable {
    case path, mode, compression, hash, url, webURL, proxy, unitName, dropinName, guid, partitionLabel, format
    case raidLevel, withoutSlash, pin

    /// The minor spec version that brought a value such as this.
    func since(_ value: SourceNode) -> Int {
        guard let text = value.text else { return 0 }
        switch self {
        case .format: return text == "none" ? 3 : 0
        case .hash: return text.hasPrefix("sha256-") ? 1 : 0
        case .url:
            let scheme = text.prefix { $0 != ":" }
            if scheme == "arn" || scheme == "s3" && text.contains("versionId=") { return 4 }
            return scheme == "gs" ? 2 : 0
        default: return 0
        }
    }

    /// What is wrong with `value`; nil where it is as it should be.
    func problem(_ value: SourceNode) -> String? {
        if self == .mode {
            guard let mode = value.integer, !(0...0o7777).contains(mode) else { return nil }
            return "\(mode) is not a file mode; it must be from 0 to 4095 (octal 7777)"
        }
        guard let text = value.text, !text.isEmpty else { return nil }
        let shown = "\"\(SourceNode.excerpt(text))\""
        switch self {
        case .path: return Self.pathProblem(text)
        case .compression: return text == "gzip" ? nil : "\(shown) is no compression; use \"gzip\" or leave it out"
        case .hash: return Self.hashProblem(text)
        case .url:
            let schemes = ["http", "https", "tftp", "gs", "s3", "arn", "data"]
            if Self.scheme(text).map(schemes.contains) == true { return nil }
            return "\(shown) is not a URL that Ignition fetches; use one of \(schemes.joined(separator: ", "))"
        case .webURL, .proxy:
            return ["http", "https"].contains(Self.scheme(text)) ? nil : "\(shown) is not an http or https URL"
        case .unitName:
            let types = [
                "service", "socket", "device", "mount", "automount", "swap", "target", "path", "timer", "snapshot",
                "slice", "scope",
            ]
            return types.contains { text.hasSuffix(".\($0)") }
                ? nil : "\(shown) is not the name of a systemd unit; it must end in .service or another unit type"
        case .dropinName: return text.hasSuffix(".conf") ? nil : "\(shown) is no drop-in; its name must end in .conf"
        case .guid:
            let digits = /[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}/
            return text.wholeMatch(of: digits) != nil
                ? nil : "\(shown) is not a GUID such as 01234567-89AB-CDEF-EDCB-A98765432101"
        case .partitionLabel:
            if text.utf8.count > 36 { return "\(shown) is longer than the 36 characters of a partition label" }
            return text.contains(":") ? "\(shown) has a colon, which a partition label cannot have" : nil
        case .format: return Self.unknown(text, ["ext4", "btrfs", "xfs", "swap", "vfat", "none"])
        case .raidLevel:
            return Self.unknown(
                text,
                [
                    "linear", "raid0", "0", "stripe", "raid1", "1", "mirror", "raid4", "4", "raid5", "5", "raid6", "6",
                    "raid10", "10",
                ])
        case .withoutSlash: return text.contains("/") ? "\(shown) has a slash, which a device name cannot have" : nil
        case .pin: return Self.unknown(text, ["tpm2", "tang", "sss"])
        case .mode: return nil
        }
    }

    private static func unknown(_ text: String, _ values: [String]) -> String? {
        values.contains(text)
            ? nil : "\"\(SourceNode.excerpt(text))\" is unknown; use one of \(values.joined(separator: ", "))"
    }

    private static func scheme(_ url: String) -> String? {
        guard let end = url.firstIndex(of: ":") else { return nil }
        return String(url[..<end])
    }

    private static func pathProblem(_ path: String) -> String? {
        let shown = "\"\(SourceNode.excerpt(path))\""
        guard path.hasPrefix("/") else { return "\(shown) is not an absolute path; begin it with /" }
        let names = path.dropFirst().split(separator: "/", omittingEmptySubsequences: false)
        let isClean = path == "/" || !names.contains { $0.isEmpty || $0 == "." || $0 == ".." }
        return isClean ? nil : "\(shown) is not a simple path; write it without //, . and .. and without / at the end"
    }

    private static func hashProblem(_ hash: String) -> String? {
        let parts = hash.split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
        let digits = ["sha256": 64, "sha512": 128]
        guard parts.count == 2, let count = digits[String(parts[0])] else {
            return "\"\(SourceNode.excerpt(hash))\" is not a hash; write sha512-<digits> or sha256-<digits>"
        }
        let given = parts[1].utf8.count
        return given == count ? nil : "a \(parts[0]) hash has \(count) hexadecimal digits, not \(given)"
    }
}
