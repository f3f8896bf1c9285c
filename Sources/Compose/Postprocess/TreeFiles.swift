import Foundation
import SystemPackage

/// Small edits of the mounted tree; paths are relative to its root.
struct TreeFiles {
    let root: FilePath

    /// Where a path of the tree is on the host.
    func path(_ path: String) -> FilePath { root.appending(path) }

    /// Whether anything is at a path; links are not followed.
    func exists(_ path: String) throws -> Bool { try FileStatus.of(root.appending(path)) != nil }

    /// The bytes of a file; nil where there is none. Links inside the tree are not followed.
    func read(_ path: String) throws -> [UInt8]? {
        guard try FileStatus.of(root.appending(path))?.isRegular == true else { return nil }
        return FileManager.default.contents(atPath: root.appending(path).string).map { Array($0) }
    }

    /// The text of a file; nil where there is none.
    func text(_ path: String) throws -> String? { try read(path).map { String(decoding: $0, as: UTF8.self) } }

    /// Writes a file, with the directories above it; a file or link in its place is replaced.
    func write(_ bytes: some Sequence<UInt8>, to path: String, permissions: UInt32 = 0o644) throws {
        let file = root.appending(path)
        try makeDirectories(above: path)
        try remove(path)
        let descriptor = try FileDescriptor.open(
            file, .writeOnly, options: [.create, .exclusiveCreate], permissions: [.ownerReadWrite])
        try descriptor.closeAfter { _ = try descriptor.writeAll(Array(bytes)) }
        try systemCall("change the mode of \(file)") { chmod(file.string, permissions) }
    }

    /// Writes over a file that keeps its owner and permissions.
    func update(_ text: String, at path: String) throws {
        let descriptor = try FileDescriptor.open(root.appending(path), .writeOnly, options: [.truncate])
        try descriptor.closeAfter { _ = try descriptor.writeAll(Array(text.utf8)) }
    }

    /// Makes a link, with the directories above it; a file or link in its place is replaced.
    func link(_ path: String, to target: String) throws {
        try makeDirectories(above: path)
        try remove(path)
        let file = root.appending(path)
        try systemCall("make the link \(file)") { symlink(target, file.string) }
    }

    /// Removes a file, a link or a directory with all that it holds; nothing happens where there is none.
    func remove(_ path: String) throws {
        let file = root.appending(path)
        guard let status = try FileStatus.of(file) else { return }
        if status.isDirectory {
            try FileManager.default.removeItem(atPath: file.string)
        } else {
            try systemCall("remove \(file)") { unlink(file.string) }
        }
    }

    /// Makes a directory and those above it; one that exists keeps its permissions.
    func makeDirectory(_ path: String, permissions: UInt32 = 0o755) throws {
        guard try FileStatus.of(root.appending(path)) == nil else { return }
        try makeDirectories(above: path)
        let directory = root.appending(path)
        try systemCall("make the directory \(directory)") { mkdir(directory.string, 0o755) }
        try systemCall("change the mode of \(directory)") { chmod(directory.string, permissions) }
    }

    /// Copies a file of the host with its permission bits for the owner spread to all, as git would check it out.
    func copy(_ source: FilePath, to path: String) throws {
        guard let status = try FileStatus.of(source) else {
            throw ComposeError.system(operation: "copy \(source)", reason: "no such file")
        }
        if status.isSymlink { return try link(path, to: linkTarget(source)) }
        if status.isDirectory {
            try makeDirectory(path)
            for name in try sortedNames(source) { try copy(source.appending(name), to: "\(path)/\(name)") }
            return
        }
        guard let bytes = FileManager.default.contents(atPath: source.string) else {
            throw ComposeError.system(operation: "read \(source)", reason: "permission denied")
        }
        try write(bytes, to: path, permissions: status.mode & 0o100 != 0 ? 0o755 : 0o644)
    }

    /// Blanks the days of the last password changes, which are the day of the compose.
    func blankDates() throws {
        for path in ["usr/etc/shadow", "usr/lib/shadow"] {
            if let text = try text(path) { try update(AccountFiles.withoutDates(shadow: text), at: path) }
        }
    }

    /// Removes backups, locks and caches that programs leave and that say nothing or something else each time.
    func removeLeftovers() throws {
        for name in ["passwd-", "group-", "shadow-", "gshadow-", "subuid-", "subgid-", ".pwd.lock", ".updated"] {
            try remove("usr/etc/\(name)")
        }
    }

    private func makeDirectories(above path: String) throws {
        let parent = FilePath(path).removingLastComponent()
        if !parent.isEmpty { try makeDirectory(parent.string) }
    }
}
