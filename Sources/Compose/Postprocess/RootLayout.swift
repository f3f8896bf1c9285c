import OSTree
import Treefile

/// The toplevel of an image-based system: everything but /usr is an empty directory or leads elsewhere
/// (rpm-ostree `composepost.rs`, compose_init_rootfs_strict).
struct RootLayout {
    let repository: Repository
    /// Whether /tmp is a directory (`tmp-is-dir`).
    let tmpIsDirectory: Bool
    /// What /opt and /usr/local are (`opt-usrlocal`).
    let optUsrLocal: UsrLocal

    /// Adds the layout to a tree that has only /usr, inside a running transaction.
    func add(to root: TreeDirectory) throws {
        for name in ["boot", "dev", "proc", "run", "sys", "sysroot", "var"] { _ = root.ensureDirectory(name) }
        let usr = root.ensureDirectory("usr")
        _ = usr.ensureDirectory("etc")
        if tmpIsDirectory {
            root.ensureDirectory("tmp").attributes.permissions = 0o1777
        } else {
            try link("tmp", to: "sysroot/tmp", in: root)
        }
        let links = [
            "root": "var/roothome", "home": "var/home", "srv": "var/srv", "mnt": "var/mnt", "media": "run/media",
            "ostree": "sysroot/ostree",
        ]
        for (name, target) in links { try link(name, to: target, in: root) }
        // Packages' /opt is in /usr/lib/opt; only without links into /var can it be reached directly.
        try link("opt", to: optUsrLocal == .variable ? "var/opt" : "usr/lib/opt", in: root)
        if optUsrLocal == .variable {
            if let local = usr.directory("local"), !local.entries.isEmpty {
                throw ComposeError.unsupportedResult(
                    path: "/usr/local", reason: "it has content, but opt-usrlocal makes it a link into /var")
            }
            try link("local", to: "../var/usrlocal", in: usr)
        } else {
            _ = usr.ensurePath("lib/opt")
            _ = usr.ensureDirectory("local")
        }
        for name in ["bin", "lib", "lib32", "lib64", "libx32", "sbin"] where usr.entries[name] != nil {
            try link(name, to: "usr/\(name)", in: root)
        }
    }

    private func link(_ name: String, to target: String, in directory: TreeDirectory) throws {
        directory.entries[name] = .file(TreeFile(checksum: try repository.writeSymlink(to: target), origin: nil))
    }
}
