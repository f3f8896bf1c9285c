/// Where a path of a package goes in an image-based tree (rpm-ostree `rust/src/importer.rs`).
enum PathTranslation: Equatable {
    /// Content of the tree, relative to its root.
    case tree(String)
    /// Content of the tree, reached at run time through a link that systemd-tmpfiles makes at `link`.
    case linked(String, link: String, target: String)
    /// State, which exists only on a running system: an absolute path below /var or /run.
    case state(String)
    /// What the root layout provides anyway, or what is never part of a tree.
    case skip
    /// No place for it.
    case unsupported

    private static let merged: Set = ["bin", "sbin", "lib", "lib32", "lib64", "libx32"]
    private static let layout: Set = [
        "dev", "proc", "run", "sys", "var", "sysroot", "tmp", "root", "home", "srv", "mnt", "media", "opt", "boot",
        "ostree",
    ]

    /// Translates an absolute path.
    ///
    /// - Parameters:
    ///   - isSymlink: whether a symbolic link is there; a toplevel one is part of the root layout.
    ///   - keepsLocal: whether /opt and /usr/local are content (treefile `opt-usrlocal` other than `var`).
    static func of(_ path: String, isSymlink: Bool = false, keepsLocal: Bool = false) -> PathTranslation {
        let parts = path.split(separator: "/").map(String.init)
        guard let first = parts.first else { return .skip }
        if parts.count == 1 {
            if layout.contains(first) { return .skip }
            if isSymlink { return merged.contains(first) ? .skip : .unsupported }
        }
        let rest = parts.dropFirst()
        switch first {
        case "usr": return usr(parts, keepsLocal: keepsLocal)
        case "etc": return .tree((["usr", "etc"] + rest).joined(separator: "/"))
        case _ where merged.contains(first): return .tree((["usr"] + parts).joined(separator: "/"))
        case "boot": return .tree((["usr/lib/ostree-boot"] + rest).joined(separator: "/"))
        case "opt": return opt(parts)
        case "run": return .state("/" + parts.joined(separator: "/"))
        case "var": return variable(parts)
        default: return .unsupported
        }
    }

    private static func usr(_ parts: [String], keepsLocal: Bool) -> PathTranslation {
        let path = parts.joined(separator: "/")
        if parts.count > 1, parts[1] == "local", !keepsLocal {
            return parts.count == 2 ? .skip : .state((["/var/usrlocal"] + parts.dropFirst(2)).joined(separator: "/"))
        }
        // The package database's place; the compose writes it.
        if path == "usr/lib/sysimage/rpm" || path.hasPrefix("usr/lib/sysimage/rpm/") { return .skip }
        return .tree(path)
    }

    private static func opt(_ parts: [String]) -> PathTranslation {
        let target = "usr/lib/opt/\(parts[1])"
        return .linked(
            (["usr/lib"] + parts).joined(separator: "/"), link: "/opt/\(parts[1])", target: "../../\(target)")
    }

    private static func variable(_ parts: [String]) -> PathTranslation {
        guard parts.count > 1 else { return .skip }
        if parts[1] == "run" {
            return parts.count == 2 ? .skip : .state((["/run"] + parts.dropFirst(2)).joined(separator: "/"))
        }
        guard parts[1] == "lib", parts.count > 2 else { return .state("/" + parts.joined(separator: "/")) }
        switch parts[2] {
        case "rpm":
            return .skip
        case "selinux":
            guard parts.count > 4, parts[3] == "targeted" else { return .skip }
            return parts.last?.hasSuffix(".LOCK") == true
                ? .skip : .tree((["usr/etc"] + parts.dropFirst(2)).joined(separator: "/"))
        case "alternatives", "vagrant":
            return .linked(
                (["usr"] + parts.dropFirst()).joined(separator: "/"), link: "/var/lib/\(parts[2])",
                target: "../../usr/lib/\(parts[2])")
        default:
            return .state("/" + parts.joined(separator: "/"))
        }
    }
}
