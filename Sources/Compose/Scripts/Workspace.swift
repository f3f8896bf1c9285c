import Foundation
import HostSystem
import SystemPackage

/// The tree as files: a hard-link checkout that nothing may write to, below an overlay that takes every change.
struct Workspace: Sendable {
    /// The compose's own directory.
    let directory: FilePath
    /// The read-only checkout.
    var lower: FilePath { directory.appending("lower") }
    /// What was changed.
    var upper: FilePath { directory.appending("upper") }
    /// Both in one, once mounted.
    var merged: FilePath { directory.appending("merged") }
    /// Texts of scripts and other files that the sandbox sees.
    var scripts: FilePath { directory.appending("scripts") }

    /// Ends what an earlier run left and makes an empty directory.
    func prepare() async throws {
        try await remove()
        for path in [upper, merged, scripts, directory.appending("work")] {
            try FileManager.default.createDirectory(atPath: path.string, withIntermediateDirectories: true)
        }
    }

    /// Mounts the overlay.
    ///
    /// - Throws: `CommandError`
    func mount() async throws {
        // With metacopy or redirect_dir the upper directory would not hold what changed, only hints at it. Relative
        // paths, because the option syntax has no way to write a colon or comma.
        try await Command(
            "mount",
            [
                "-t", "overlay", "overlay", "-o",
                "lowerdir=lower,upperdir=upper,workdir=work,redirect_dir=off,metacopy=off,index=off,xino=off", "merged",
            ], workingDirectory: directory
        ).run()
    }

    /// Unmounts the overlay; what was changed stays in ``upper``.
    func unmount() async throws {
        try await Command("umount", [merged.string]).run()
    }

    /// Unmounts and removes everything.
    func remove() async throws {
        guard try FileStatus.of(directory) != nil else { return }
        let path = directory.string
        try await Blocking.run {
            try MountTable.detachAll(below: FilePath(path))
            try FileManager.default.removeItem(atPath: path)
        }
    }
}
