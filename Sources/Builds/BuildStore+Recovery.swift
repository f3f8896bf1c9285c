import Foundation
import HostSystem
import SystemPackage

extension BuildStore {
    /// Removes what killed runs left in `builds/`: half-made builds and files that were never renamed. `latest` follows
    /// the list, where a run was killed between the two.
    ///
    /// To be called with the build lock held: without it a half-made build may be another process's work.
    ///
    /// - Returns: what was removed, for the log.
    /// - Throws: ``BuildsError``.
    @discardableResult
    func recover() throws -> [FilePath] {
        let index = try index()
        try setLatest(index.builds.first?.id)
        var removed = removeLeftovers(in: directory.builds)
        for build in FileContent.names(in: directory.builds) {
            let folder = directory.builds.appending(build)
            guard FileContent.linkTarget(folder) == nil, FileContent.isDirectory(folder) else { continue }
            for arch in FileContent.names(in: folder) {
                let path = folder.appending(arch)
                guard FileContent.isDirectory(path) else { continue }
                let marker = path.appending(BuildTransaction.marker)
                if index.contains(build, arch: arch) {
                    unlink(marker.string)
                    removed += removeLeftovers(in: path)
                } else if FileContent.exists(marker) || BuildTransaction.isReplacementName(arch)
                    || !FileContent.exists(path.appending("meta.json"))
                {
                    try discard(path)
                    removed.append(path)
                }
            }
            // Fails, as it should, for a directory that is not empty.
            if rmdir(folder.string) == 0 { removed.append(folder) }
        }
        return removed
    }

    /// Removes a build's directory for one architecture, and the build's own where that was the last.
    func discard(_ path: FilePath) throws {
        do {
            try FileContent.remove(path)
        } catch {
            throw BuildsError("cannot remove \(path): \(error)")
        }
        let folder = path.removingLastComponent()
        if FileContent.names(in: folder) == ["release.json"] { unlink(folder.appending("release.json").string) }
        rmdir(folder.string)
    }

    /// Removes the files of a build that killed runs did not finish.
    ///
    /// - Returns: what was removed, for the log.
    @discardableResult
    public func removeLeftovers(of build: String, arch: String) -> [FilePath] {
        removeLeftovers(in: path(build, arch: arch))
    }

    /// Removes `.<name>.<process>.partial` files whose process is gone.
    private func removeLeftovers(in folder: FilePath) -> [FilePath] {
        FileContent.names(in: folder).filter(Self.isLeftover).compactMap { name in
            let path = folder.appending(name)
            var information = stat()
            guard lstat(path.string, &information) == 0, let number = Self.process(of: name) else { return nil }
            if ProcessIdentity(number: number)?.wasRunning(at: Int64(information.st_mtim.tv_sec)) == true { return nil }
            return unlink(path.string) == 0 ? path : nil
        }
    }

    private static func isLeftover(_ name: String) -> Bool { name.hasPrefix(".") && name.hasSuffix(".partial") }

    private static func process(of name: String) -> Int32? {
        name.split(separator: ".").dropLast().last.flatMap { Int32($0) }
    }
}
