import Builds
import ContainerImage
import HostSystem
import OSTree
import SystemPackage

/// What guests are upgraded to: a build's commit.
public struct UpgradeTarget: Sendable, Equatable {
    /// The build's id.
    public let build: String
    /// The OS's version.
    public let version: String
    /// The checksum of its commit.
    public let commit: String
    /// The working directory's repository, which may have the commit.
    let repository: FilePath
    /// The build's OCI archive, which has it; nil where the build has none.
    let archive: FilePath?
    /// OCI archives of the other builds by their commits: an upgrade from one of those is small.
    let others: [String: FilePath]

    /// The commit of a build in a working directory of cosa.
    ///
    /// - Parameter build: as for ``BuildImage/find(build:in:architecture:)``.
    /// - Throws: `BuildsError` or ``TestRunnerError`` where there is no such build, or it has no commit.
    public static func find(
        build: String? = nil, in directory: FilePath, architecture: String = "x86_64"
    ) throws -> UpgradeTarget {
        let store = BuildStore(WorkingDirectory(root: directory))
        let id = try BuildImage.identifier(of: build, in: store, architecture: architecture)
        let metadata = try store.metadata(id, arch: architecture)
        guard let commit = metadata.ostreeCommit else {
            throw TestRunnerError(nil, "build \(id) has no OSTree commit to upgrade to")
        }
        let archives = try archives(in: store, architecture: architecture)
        return UpgradeTarget(
            build: id, version: metadata.ostreeVersion ?? id, commit: commit,
            repository: directory.appending("tmp/repo"), archive: archives[commit],
            others: archives.filter { $0.key != commit })
    }

    /// The OS in a container image, which is brought into a repository of its own.
    ///
    /// - Parameters:
    ///   - directory: a working directory of cosa, whose builds machines may have booted.
    ///   - repository: where the repository is made.
    /// - Throws: `ContainerImageError` and `RegistryError` where the image cannot be had.
    static func container(
        _ source: ImageSource, in directory: FilePath, architecture: String, repository: FilePath
    ) async throws -> UpgradeTarget {
        let made = try Repository.create(repository, mode: .bareUser)
        made.disableFsync()
        let imported = try await ContainerImporter().importImage(
            source, into: made, options: ImportOptions(architecture: architecture))
        let store = BuildStore(WorkingDirectory(root: directory))
        return UpgradeTarget(
            build: "\(source)", version: imported.version ?? "", commit: imported.checksum, repository: repository,
            archive: nil, others: try archives(in: store, architecture: architecture))
    }

    /// The OCI archives of all builds by their commits.
    private static func archives(in store: BuildStore, architecture: String) throws -> [String: FilePath] {
        var archives: [String: FilePath] = [:]
        for build in try store.index().builds where build.arches.contains(architecture) {
            guard let metadata = try? store.metadata(build.id, arch: architecture), let known = metadata.ostreeCommit,
                let image = metadata.images["ostree"]
            else { continue }
            let path = store.path(build.id, arch: architecture).appending(image.path)
            if FileContent.exists(path) { archives[known] = path }
        }
        return archives
    }

    /// Brings the commit that a guest booted into the repository where a build's archive has it: what is sent is small then.
    func addBase(_ base: String) async throws {
        let repository = try Repository.open(repository)
        guard try !repository.contains(.commit, base), let archive = others[base] else { return }
        repository.disableFsync()
        _ = try await ContainerImporter().importCommit(archive: archive, into: repository)
    }

    /// Writes what a guest with the commit `base` needs to a file.
    ///
    /// The commits are taken from the working directory's repository where they are in it, else from the builds' archives.
    ///
    /// - Parameter scratch: a folder for a repository.
    /// - Throws: ``TestRunnerError`` where the commit is nowhere; the errors of libostree.
    func writeUpdate(from base: String, to file: FilePath, scratch: FilePath) async throws {
        let existing = try? Repository.open(repository)
        if let existing, try existing.contains(.commit, commit) {
            let hasBase = try existing.contains(.commit, base)
            return try await Blocking.run {
                try existing.writeStaticDelta(of: commit, since: hasBase ? base : nil, to: file)
            }
        }
        guard let archive else {
            throw TestRunnerError(
                nil,
                "the commit \(commit) of build \(build) is neither in \(repository) nor in an OCI archive of the build")
        }
        let made = try Repository.create(scratch.appending("repo"), mode: .bareUser)
        made.disableFsync()
        _ = try await ContainerImporter().importCommit(archive: archive, into: made)
        if let other = others[base] { _ = try await ContainerImporter().importCommit(archive: other, into: made) }
        let hasBase = try made.contains(.commit, base)
        try await Blocking.run {
            try made.writeStaticDelta(of: commit, since: hasBase ? base : nil, to: file)
        }
    }
}
