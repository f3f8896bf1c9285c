import Foundation
import RPM
import SystemPackage

/// /var and /run: in an image they are empty, and systemd-tmpfiles makes on each machine what packages have there.
///
/// While scripts run they hold what packages brought; afterwards what is there becomes tmpfiles.d lines, and files go
/// to /usr/share/factory, from where they are copied when they are missing.
struct VariableState {
    let tree: TreeFiles
    let packages: [ImportedPackage]
    let options: ImportOptions
    /// Where the lines go.
    var place = Self.configuration
    /// Paths that are not this compose's: no lines are written for them.
    var existing: Set<String> = []

    /// Where the lines go, named as rpm-ostree names it.
    static let configuration = "usr/lib/tmpfiles.d/rpm-ostree-autovar.conf"

    /// What exists on every machine, with permissions.
    private static let base: [(path: String, permissions: UInt32)] = [
        ("var/cache", 0o755), ("var/home", 0o755), ("var/lib", 0o755), ("var/lib/rpm-state", 0o755), ("var/log", 0o755),
        ("var/mnt", 0o755), ("var/opt", 0o755), ("var/roothome", 0o700), ("var/spool", 0o755), ("var/srv", 0o755),
        ("var/tmp", 0o1777), ("var/usrlocal", 0o755), ("var/usrlocal/bin", 0o755), ("var/usrlocal/etc", 0o755),
        ("var/usrlocal/lib", 0o755), ("var/usrlocal/sbin", 0o755), ("var/usrlocal/share", 0o755),
    ]
    /// What programs write for themselves: never shipped.
    private static let dropped = [
        "/var/tmp", "/var/lib/rpm-state", "/var/cache/ldconfig", "/var/lib/systemd/random-seed",
        "/var/lib/systemd/catalog/database",
    ]
    /// Directories whose files are made anew by those who use them.
    private static let withoutFiles = ["/var/cache/", "/var/log/"]

    /// Fills /var with what packages bring, owned by root for now.
    func prepare() throws {
        for (path, permissions) in Self.base { try tree.makeDirectory(path, permissions: permissions) }
        try tree.link("var/lib/rpm", to: "../../usr/share/rpm")
        for package in packages {
            for file in package.files where options.includes(file) {
                guard let path = statePath(file), path.hasPrefix("/var/") else { continue }
                let place = String(path.dropFirst())
                if file.isDirectory {
                    try tree.makeDirectory(place)
                    let directory = tree.path(place)
                    try systemCall("change the mode of \(directory)") {
                        chmod(directory.string, options.permissions(file))
                    }
                } else if file.isSymlink {
                    if try !tree.exists(place) { try tree.link(place, to: file.linkTarget) }
                } else if let bytes = try tree.read("usr/share/factory\(path)") {
                    try tree.write(bytes, to: place, permissions: options.permissions(file))
                }
            }
        }
    }

    /// Empties /var and writes the lines for what it held, and for what packages have in /run and /opt.
    func finish(_ accounts: AccountNames) throws {
        var lines: [String: TmpfilesLine] = [:]
        for line in runtimeLines() { lines[line.path] = lines[line.path] ?? line }
        try walk("/var") { path, status in
            let user = accounts.userName(status.uid)
            let group = accounts.groupName(status.gid)
            if status.isDirectory {
                lines[path] = TmpfilesLine(
                    type: "d", path: path, permissions: status.permissions, user: user, group: group)
            } else if status.isSymlink {
                lines[path] = TmpfilesLine(type: "L", path: path, argument: try linkTarget(tree.path(path)))
            } else if status.isRegular, !Self.withoutFiles.contains(where: path.hasPrefix) {
                try keep(path, status)
                lines[path] = TmpfilesLine(type: "C", path: path)
            }
        }
        for path in try namedElsewhere().union(existing) { lines[path] = nil }
        if place == Self.configuration {
            try tree.write(Self.file(lines).utf8, to: place)
        } else if !lines.isEmpty {
            // What is in it already is among what is named elsewhere.
            try tree.write(((tree.text(place) ?? "") + Self.file(lines)).utf8, to: place)
        }
        for name in try sortedNames(tree.path("var")) { try tree.remove("var/\(name)") }
    }

    /// What is in /var now.
    func paths() throws -> Set<String> {
        var paths: Set<String> = []
        try walk("/var") { path, _ in paths.insert(path) }
        return paths
    }

    private static func file(_ lines: [String: TmpfilesLine]) -> String {
        let header = "# Made when the image was composed, of what its packages have in /var, /run and /opt.\n"
        return header + lines.sorted { $0.key < $1.key }.map { $0.value.text + "\n" }.joined()
    }

    /// Copies a file of /var to the factory directory, unless it came from there unchanged.
    private func keep(_ path: String, _ status: FileStatus) throws {
        let factory = "usr/share/factory\(path)"
        let bytes = try tree.read(path)
        let present = try FileStatus.of(tree.path(factory))
        if let present, present.permissions == status.permissions, present.uid == status.uid,
            present.gid == status.gid, try tree.read(factory) == bytes
        {
            return
        }
        try tree.write(bytes ?? [], to: factory)
        let copy = tree.path(factory)
        try systemCall("change the owner of \(copy)") { lchown(copy.string, status.uid, status.gid) }
        try systemCall("change the mode of \(copy)") { chmod(copy.string, status.permissions) }
    }

    private func runtimeLines() -> [TmpfilesLine] {
        var lines = [TmpfilesLine(type: "d", path: "/run/media", permissions: 0o755, user: "root", group: "root")]
        for package in packages {
            for file in package.files where options.includes(file) {
                switch PathTranslation.of(file.path, isSymlink: file.isSymlink, keepsLocal: options.keepsLocal) {
                case .linked(_, let link, let target) where !(options.keepsLocal && link.hasPrefix("/opt/")):
                    lines.append(TmpfilesLine(type: "L", path: link, argument: target))
                case .state(let path) where path.hasPrefix("/run/") && file.isDirectory:
                    lines.append(
                        TmpfilesLine(
                            type: "d", path: path, permissions: options.permissions(file), user: file.user,
                            group: file.group))
                case .state(let path) where path.hasPrefix("/run/") && file.isSymlink:
                    lines.append(TmpfilesLine(type: "L", path: path, argument: file.linkTarget))
                default:
                    break
                }
            }
        }
        return lines
    }

    private func statePath(_ file: PackageFile) -> String? {
        let place = PathTranslation.of(file.path, isSymlink: file.isSymlink, keepsLocal: options.keepsLocal)
        if case .state(let path) = place { return path }
        return nil
    }

    private func walk(_ directory: String, _ body: (String, FileStatus) throws -> Void) throws {
        for name in try sortedNames(tree.path(directory)) {
            let path = "\(directory)/\(name)"
            guard !Self.dropped.contains(path), let status = try FileStatus.of(tree.path(path)) else { continue }
            try body(path, status)
            if status.isDirectory { try walk(path, body) }
        }
    }

    /// Paths that packages and layers have tmpfiles.d lines for; theirs win.
    private func namedElsewhere() throws -> Set<String> {
        let directory = "usr/lib/tmpfiles.d"
        guard try tree.exists(directory) else { return [] }
        var paths: Set<String> = []
        for name in try sortedNames(tree.path(directory)) where name.hasSuffix(".conf") {
            paths.formUnion(TmpfilesLine.paths(in: try tree.text("\(directory)/\(name)") ?? ""))
        }
        return paths
    }
}
