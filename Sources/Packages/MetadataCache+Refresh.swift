import Foundation
import HostSystem
import Librepo
import SystemPackage

extension MetadataCache {
    /// The records of repomd.xml that are kept.
    private static let types = ["primary", "filelists"]

    /// Fetches the metadata of repositories anew, several at a time.
    ///
    /// - Parameter progress: called with a line for each repository that is done.
    /// - Throws: ``PackagesError`` naming the repository, its URL and the cause; its old metadata stays.
    public func refresh(
        _ repositories: [RepositoryConfig], progress: (@Sendable (String) -> Void)? = nil
    ) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for repository in repositories {
                group.addTask {
                    let isNew = try await Blocking.run { try self.fetch(repository) }
                    progress?("\(repository.id): metadata \(isNew ? "updated" : "unchanged")")
                }
            }
            try await group.waitForAll()
        }
    }

    /// Fetches one repository; false where nothing changed.
    private func fetch(_ repository: RepositoryConfig) throws -> Bool {
        let home = directory(of: repository)
        let manager = FileManager.default
        try manager.createDirectory(atPath: home.string, withIntermediateDirectories: true)
        try fetchKeys(of: repository)

        let scratch = home.appending(".\(getpid()).partial")
        try? manager.removeItem(atPath: scratch.string)
        try manager.createDirectory(atPath: scratch.string, withIntermediateDirectories: true)
        defer { try? manager.removeItem(atPath: scratch.string) }
        let keyring = try repository.checksMetadata ? makeKeyring(for: repository, in: scratch) : nil

        let old = try? snapshot(repository)
        let files: [String: FilePath]?
        do {
            files = try MetadataDownload.run(
                repository.location, into: scratch, types: Self.types, keyring: keyring
            ) { repomd in
                guard let old, let digest = try? Digest.ofFile(repomd) else { return false }
                return digest == old.repomd
            }
        } catch {
            throw PackagesError(
                "repository \(repository.id) (\(repository.displayURL)) cannot be fetched: \(error.message)"
                    + advice(for: error.message, repository))
        }
        guard let files else { return false }
        try keep(files, scratch: scratch, repository: repository)
        return true
    }

    private func keep(_ files: [String: FilePath], scratch: FilePath, repository: RepositoryConfig) throws {
        let manager = FileManager.default
        let home = directory(of: repository)
        var relative: [String: String] = [:]
        for (type, path) in files where Self.types.contains(type) {
            relative[type] = path.string.replacingOccurrences(of: scratch.string + "/", with: "")
        }
        guard relative["primary"] != nil else {
            throw PackagesError(
                "repository \(repository.id) (\(repository.displayURL)): repomd.xml names no primary metadata; "
                    + "run createrepo_c on it")
        }
        let snapshot = Snapshot(
            repomd: try Digest.ofFile(scratch.appending("repodata/repomd.xml")), files: relative)
        let target = home.appending(snapshot.repomd)
        try? manager.removeItem(atPath: scratch.appending("keyring").string)
        if manager.fileExists(atPath: target.string) { try manager.removeItem(atPath: target.string) }
        try manager.moveItem(atPath: scratch.string, toPath: target.string)
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        try AtomicFile.write(Array(try encoder.encode(snapshot)), to: home.appending("current"))

        for name in try manager.contentsOfDirectory(atPath: home.string)
        where name != snapshot.repomd && name.count == 64 {
            try? manager.removeItem(atPath: home.appending(name).string)
        }
    }

    private func advice(for message: String, _ repository: RepositoryConfig) -> String {
        let lower = message.lowercased()
        if lower.contains("signature") || lower.contains("gpg") {
            return "; check gpgkey=\(repository.keyURLs.joined(separator: " "))"
        }
        return "; check the URL in \(repository.file?.string ?? "its .repo file")"
    }

    private func makeKeyring(for repository: RepositoryConfig, in scratch: FilePath) throws -> FilePath {
        guard !repository.keyURLs.isEmpty else {
            throw PackagesError("repository \(repository.id): repo_gpgcheck=1 needs gpgkey=")
        }
        let keyring = scratch.appending("keyring")
        try FileManager.default.createDirectory(
            atPath: keyring.string, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        for url in repository.keyURLs {
            let path = keyPath(url, of: repository)
            do {
                try MetadataDownload.importKey(path, into: keyring)
            } catch {
                throw PackagesError("repository \(repository.id): gpgkey=\(url) is no usable key: \(error.message)")
            }
        }
        return keyring
    }

    /// Fetches keys that are not files of this machine.
    private func fetchKeys(of repository: RepositoryConfig) throws {
        // A key may lie on another host, which must not see the repository's password.
        var location = repository.location
        location.username = nil
        location.password = nil
        for url in repository.keyURLs where RepositoryConfig.localDirectory(url) == nil {
            let path = keyPath(url, of: repository)
            try FileManager.default.createDirectory(
                atPath: path.removingLastComponent().string, withIntermediateDirectories: true)
            let temporary = AtomicFile.temporaryPath(for: path)
            defer { unlink(temporary.string) }
            do {
                let descriptor = try FileDescriptor.open(
                    temporary, .readWrite, options: [.create, .truncate], permissions: [.ownerReadWrite])
                try descriptor.closeAfter {
                    try MetadataDownload.file(url, location, to: descriptor)
                }
                try AtomicFile.publish(temporary, as: path)
            } catch {
                throw PackagesError("repository \(repository.id): gpgkey=\(url) cannot be fetched: \(error)")
            }
        }
    }
}
