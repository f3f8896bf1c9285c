/// Where an image-based tree keeps what packages install outside of `/usr` and `/etc` (rpm-ostree
/// `rust/src/importer.rs`; the kernel by its `vmlinuz`).
enum PackagePath {
    /// The places of a path where it is not under its own name.
    static func places(of path: String) -> [String] {
        let parts = path.split(separator: "/")
        guard parts.count > 1 else { return [] }
        let rest = parts.dropFirst().joined(separator: "/")
        switch parts[0] {
        case "boot":
            var places = ["usr/lib/ostree-boot/\(rest)"]
            if parts.count == 2, parts[1].hasPrefix("vmlinuz-") {
                places.append("usr/lib/modules/\(parts[1].dropFirst("vmlinuz-".count))/vmlinuz")
            }
            return places
        case "opt": return ["usr/lib/opt/\(rest)"]
        case "var" where rest.hasPrefix("lib/"): return ["usr/\(rest)"]
        default: return []
        }
    }
}
