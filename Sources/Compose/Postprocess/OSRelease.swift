/// Changes to os-release(5) that make the version of the commit visible.
enum OSRelease {
    /// Replaces the base version's text inside VERSION and PRETTY_NAME by the commit's version and adds
    /// `OSTREE_VERSION` (rpm-ostree `composepost.rs`, update_os_release).
    static func mutate(_ text: String, base: String, version: String) -> String {
        var lines = text.split(separator: "\n", omittingEmptySubsequences: false).map { line in
            guard line.hasPrefix("VERSION=") || line.hasPrefix("PRETTY_NAME=") else { return String(line) }
            let parts = line.split(separator: "=", maxSplits: 1)
            guard parts.count == 2 else { return String(line) }
            return "\(parts[0])=\(replace(base, in: String(parts[1]), by: version))"
        }
        while lines.last?.isEmpty == true { lines.removeLast() }
        lines.removeAll { $0.hasPrefix("OSTREE_VERSION=") }
        return (lines + ["OSTREE_VERSION='\(version)'", ""]).joined(separator: "\n")
    }

    private static func replace(_ old: String, in text: String, by new: String) -> String {
        guard !old.isEmpty else { return text }
        return text.split(separator: old, omittingEmptySubsequences: false).joined(separator: new)
    }
}
