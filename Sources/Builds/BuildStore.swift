import Foundation
import HostSystem
import SystemPackage

/// The builds of a working directory: reading them, and every change to them.
///
/// Every file is replaced whole, changes to one file take turns by a lock, and `builds.json` is written last: what it
/// lists is complete.
public struct BuildStore: Sendable {
    /// Where the builds are.
    public let directory: WorkingDirectory
    /// Nanoseconds since 1970: the time of `builds.json` and of tags, and the stamps of `meta.json`.
    let clock: @Sendable () throws -> Int64

    /// The builds of `directory`, by the clock of `SOURCE_DATE_EPOCH` or else of the machine.
    public init(_ directory: WorkingDirectory) {
        self.init(directory) {
            if let seconds = try Timestamp.sourceDateEpoch() { return seconds * 1_000_000_000 }
            return Int64(Date().timeIntervalSince1970 * 1_000_000) * 1000
        }
    }

    /// The builds of `directory` by another clock, in nanoseconds since 1970.
    public init(_ directory: WorkingDirectory, clock: @escaping @Sendable () throws -> Int64) {
        self.directory = directory
        self.clock = clock
    }

    /// The list of builds; an empty one where nothing was built yet.
    ///
    /// - Throws: ``BuildsError``.
    public func index() throws -> BuildsIndex {
        guard let object = try JSONFile.readIfPresent(directory.buildsJSON) else { return BuildsIndex() }
        return try BuildsIndex(object)
    }

    /// True where the build is complete for the architecture.
    ///
    /// - Throws: ``BuildsError`` for a list that cannot be read.
    public func contains(_ build: String, arch: String) throws -> Bool { try index().contains(build, arch: arch) }

    /// The id of the build that `name` means: an id, a tag, or the newest one (for `arch`) for nil and `latest`.
    ///
    /// - Throws: ``BuildsError`` where there is none.
    public func resolve(_ name: String?, arch: String? = nil) throws -> String {
        let index = try index()
        guard let name, name != "latest" else {
            guard let latest = index.latest(arch: arch) else {
                throw BuildsError("No build found. Run `cosa build` first")
            }
            return latest.id
        }
        if let build = index.build(name) { return build.id }
        if let tag = index.tags.first(where: { $0.name == name }) { return tag.target }
        let known = index.builds.prefix(5).map(\.id).joined(separator: ", ")
        throw BuildsError("there is no build \(name); the newest are: \(known.isEmpty ? "none" : known)")
    }

    /// The directory of a build's artifacts.
    public func path(_ build: String, arch: String) -> FilePath { directory.buildDirectory(build, arch) }

    /// The metadata of a build.
    ///
    /// - Throws: ``BuildsError`` where there is none or it cannot be read.
    public func metadata(_ build: String, arch: String) throws -> BuildMetadata {
        let path = path(build, arch: arch)
        guard FileContent.isDirectory(path) else { throw BuildsError("Build dir \(path) does not exist.") }
        return try BuildMetadata.load(path.appending("meta.json"))
    }

    /// The newest build for an architecture with its metadata; nil where there is none.
    ///
    /// - Throws: ``BuildsError``.
    public func latest(arch: String) throws -> (id: String, metadata: BuildMetadata)? {
        guard let build = try index().latest(arch: arch) else { return nil }
        return (build.id, try metadata(build.id, arch: arch))
    }

    /// The path of one of a build's files by its kind.
    ///
    /// - Throws: ``BuildsError`` where the build has no such file.
    public func artifact(_ kind: String, of build: String, arch: String) throws -> FilePath {
        let metadata = try metadata(build, arch: arch)
        guard let artifact = metadata.images[kind] else {
            let known = metadata.imageNames.joined(separator: ", ")
            throw BuildsError(
                "build \(build) (\(arch)) has no image \(kind); it has: \(known.isEmpty ? "none" : known)")
        }
        return path(build, arch: arch).appending(artifact.path)
    }

    /// Changes the list of builds under its lock, stamps it with the time and lets `latest` follow.
    ///
    /// - Throws: what `change` throws, and ``BuildsError``; the list is as before then.
    @discardableResult
    public func updateIndex<Result>(_ change: (inout BuildsIndex) throws -> Result) throws -> Result {
        try withLock("builds.json") {
            var index = try index()
            let result = try change(&index)
            index.timestamp = Timestamp.text(try clock() / 1_000_000_000)
            try JSONFile.write(index.object, to: directory.buildsJSON)
            try setLatest(index.builds.first?.id)
            return result
        }
    }

    /// Runs `body` while no other process changes the same thing.
    ///
    /// The lock files are in `tmp/`, so that an attempt that fails changes nothing in `builds/`.
    func withLock<Result>(_ name: String, _ body: () throws -> Result) throws -> Result {
        try FileLock.withLock(try lockPath(name), body)
    }

    func lockPath(_ name: String) throws -> FilePath {
        let folder = directory.temporary.appending("lock")
        do {
            try FileContent.createDirectory(folder)
        } catch {
            throw BuildsError("cannot make \(folder): \(error)")
        }
        return folder.appending("\(name).lock")
    }

    func setLatest(_ build: String?) throws {
        let path = directory.latest
        if FileContent.linkTarget(path) == build { return }
        guard let build else {
            unlink(path.string)
            return
        }
        let temporary = AtomicFile.temporaryPath(for: path)
        unlink(temporary.string)
        guard symlink(build, temporary.string) == 0, rename(temporary.string, path.string) == 0 else {
            throw BuildsError("cannot set \(path) to \(build): \(Errno(rawValue: errno))")
        }
    }
}
