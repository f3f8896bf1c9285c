import HostSystem
import SystemPackage

extension BuildStore {
    /// Removes all builds and all scratch files, and the cache too if wanted.
    ///
    /// - Throws: `FileLockError` where a build runs here, ``BuildsError`` where something cannot be removed.
    public func clean(cache: Bool) throws {
        let lock = try FileLock(try lockPath("build"), wait: false)
        try withExtendedLifetime(lock) {
            try empty(directory.builds)
            // The lock's own folder stays: a file that is removed while it is locked locks nothing any more.
            try empty(directory.temporary, except: ["lock"])
            if cache { try empty(directory.cache) }
        }
    }

    private func empty(_ folder: FilePath, except: Set<String> = []) throws {
        for name in FileContent.names(in: folder) where !except.contains(name) {
            do {
                // A compose that was killed leaves its overlay mounted.
                try MountTable.detachAll(below: folder.appending(name))
                try FileContent.remove(folder.appending(name))
            } catch {
                throw BuildsError("cannot remove \(folder.appending(name)): \(error)")
            }
        }
    }
}
