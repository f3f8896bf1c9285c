import Foundation
import HostSystem
import Solv
import SystemPackage

extension MetadataCache {
    /// Loads a part of a repository's metadata into a pool, from libsolv's cache where it has it.
    ///
    /// - Throws: ``PackagesError``.
    func load(_ part: SolvRepository.Part, of repository: RepositoryConfig, into target: SolvRepository) throws {
        let type = part == .primary ? "primary" : "filelists"
        guard let metadata = try file(type, of: repository) else { return }
        let cached = try cachePath(type, of: repository)
        if FileManager.default.fileExists(atPath: cached.string) {
            do {
                try target.loadCache(cached, part)
                return
            } catch {
                // A damaged cache file is only a slower start.
                unlink(cached.string)
            }
        }
        do {
            try target.loadMetadata(metadata, part)
        } catch {
            throw PackagesError(
                "repository \(repository.id) (\(repository.displayURL)): \(error); run cosa fetch")
        }
        try store(part, target, at: cached)
    }

    /// Keeps what was just loaded; a cache that cannot be written (a full disk, a read-only folder) stops nothing.
    private func store(_ part: SolvRepository.Part, _ target: SolvRepository, at path: FilePath) throws {
        let temporary = AtomicFile.temporaryPath(for: path)
        defer { unlink(temporary.string) }
        do {
            try FileManager.default.createDirectory(atPath: solv.string, withIntermediateDirectories: true)
            try target.writeCache(temporary, part)
            try AtomicFile.publish(temporary, as: path)
        } catch {
            return
        }
        try removeOutdated(beside: path)
    }

    private func cachePath(_ type: String, of repository: RepositoryConfig) throws -> FilePath {
        let snapshot = try snapshot(repository)
        return solv.appending(
            "\(cachePrefix(of: repository))\(snapshot.repomd)-\(SolvPool.libraryVersion)-\(type).solv")
    }

    private func cachePrefix(of repository: RepositoryConfig) -> String {
        (directory(of: repository).lastComponent?.string ?? "") + "-"
    }

    /// Drops files of the same repository that belong to other metadata.
    private func removeOutdated(beside path: FilePath) throws {
        guard let name = path.lastComponent?.string else { return }
        let marker = SolvPool.libraryVersion + "-"
        guard let version = name.range(of: "-" + marker) else { return }
        let current = String(name[..<version.lowerBound])
        let prefix = String(current.dropLast(64))
        for other in try FileManager.default.contentsOfDirectory(atPath: solv.string)
        where other.hasPrefix(prefix) && !other.hasPrefix(current) {
            unlink(solv.appending(other).string)
        }
    }
}
