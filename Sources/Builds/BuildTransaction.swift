import Foundation
import HostSystem
import SystemPackage

/// One build on its way into the store. Until ``commit(_:)`` nobody sees it; where it is let go or the process dies
/// before that, it is gone, at once or with the next run.
public final class BuildTransaction: Sendable {
    /// The build's id.
    public let build: String
    /// Its architecture.
    public let arch: String
    /// The directory that its files go to.
    public let path: FilePath

    private let store: BuildStore
    private let lock: FileLock

    /// A directory that holds this file is a build that was not finished, or one that is being removed.
    static let marker = ".incomplete"

    init(_ store: BuildStore, build: String, arch: String, lock: FileLock) throws {
        self.store = store
        self.build = build
        self.arch = arch
        self.lock = lock
        path = store.path(build, arch: arch)
        if try store.contains(build, arch: arch) { throw BuildsError("Build \(build) (\(arch)) already exists") }
        if FileContent.exists(path) {
            throw BuildsError("\(path) exists but builds.json does not list it; move it away, or list it there")
        }
        do {
            try FileContent.createDirectory(path)
            try AtomicFile.write([], to: path.appending(Self.marker))
        } catch {
            throw BuildsError("cannot make \(path): \(error)")
        }
    }

    deinit {
        let listed = (try? store.contains(build, arch: arch)) ?? true
        if !listed, FileContent.exists(path.appending(Self.marker)) { try? abort() }
    }

    /// Where to write a file before ``place(_:as:digest:skipCompression:)``.
    public func scratchPath(_ fileName: String) -> FilePath { store.scratchPath(fileName, in: build, arch: arch) }

    /// Puts a finished file, written on the filesystem of `builds/`, in its place: synced, renamed, read-only.
    ///
    /// - Parameter digest: its SHA-256 where the writer knows it; else the file is read.
    /// - Returns: the entry for ``BuildMetadata/setImage(_:_:)``.
    /// - Throws: ``BuildsError``.
    public func place(
        _ source: FilePath, as fileName: String, digest: String? = nil, skipCompression: Bool? = nil
    ) throws -> Artifact {
        try store.place(source, as: fileName, of: build, arch: arch, digest: digest, skipCompression: skipCompression)
    }

    /// Writes a small file of the build (`commitmeta.json`, the lockfile), read-only.
    ///
    /// - Throws: ``BuildsError``.
    @discardableResult
    public func write(_ bytes: some Sequence<UInt8>, as fileName: String, skipCompression: Bool? = nil) throws
        -> Artifact
    {
        let bytes = Array(bytes)
        let file = path.appending(fileName)
        do {
            try AtomicFile.write(bytes, to: file, mode: [.ownerRead, .groupRead, .otherRead])
        } catch {
            throw BuildsError("cannot write \(file): \(error)")
        }
        return Artifact(
            path: fileName, sha256: Digest.of(bytes), size: Int64(bytes.count), skipCompression: skipCompression)
    }

    /// Makes the build visible: writes `meta.json`, `cosa.json`, then `builds.json` and `latest`.
    ///
    /// - Throws: ``BuildsError``, also for metadata that breaks the schema; the build is not visible then.
    public func commit(_ metadata: BuildMetadata, sideFile: SideFile) throws {
        try store.updateMetadata(build, arch: arch) { $0 = metadata }
        try store.updateSideFile(build, arch: arch) { $0 = sideFile }
        try store.updateIndex { $0.insert(build, arch: arch) }
        unlink(path.appending(Self.marker).string)
    }

    /// Removes the unfinished build.
    ///
    /// - Throws: ``BuildsError`` where files cannot be removed; the next run tries again.
    public func abort() throws { try store.discard(build, arch: arch) }
}

extension BuildStore {
    /// Takes the working directory for a build: one `cosa build` at a time. What killed runs left is removed first.
    ///
    /// Take it before work starts in `tmp/`, and hand it to ``begin(_:arch:lock:)``.
    ///
    /// - Throws: `FileLockError` where another process builds here, ``BuildsError``.
    public func lockForBuilding() throws -> FileLock {
        let lock = try FileLock(try lockPath("build"), wait: false)
        try recover()
        return lock
    }

    /// Starts putting a build in.
    ///
    /// - Throws: ``BuildsError`` where the build exists: `Build <id> (<arch>) already exists`.
    public func begin(_ build: String, arch: String, lock: FileLock) throws -> BuildTransaction {
        try BuildTransaction(self, build: build, arch: arch, lock: lock)
    }
}
