import Foundation
import HostSystem
import SystemPackage

/// One build on its way into the store. Until ``commit(_:sideFile:)`` nobody sees it; where it is let go or the process
/// dies before that, it is gone, at once or with the next run. A build that it replaces is there until then.
public final class BuildTransaction: Sendable {
    /// The build's id.
    public let build: String
    /// Its architecture.
    public let arch: String
    /// The directory that its files go to.
    public let path: FilePath
    /// True where it takes the place of a build that is listed.
    public let isReplacement: Bool

    private let store: BuildStore
    private let lock: FileLock

    /// A directory that holds this file is a build that was not finished, or one that is being removed.
    static let marker = ".incomplete"

    init(_ store: BuildStore, build: String, arch: String, replacing: Bool, lock: FileLock) throws {
        self.store = store
        self.build = build
        self.arch = arch
        self.lock = lock
        isReplacement = try store.contains(build, arch: arch)
        if isReplacement, !replacing { throw BuildsError("Build \(build) (\(arch)) already exists") }
        path = store.path(build, arch: isReplacement ? Self.replacementName(arch) : arch)
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
        if isReplacement || !listed, FileContent.exists(path.appending(Self.marker)) { try? abort() }
    }

    /// The name, beside that of the architecture, of the directory in which a replacement is made.
    private static func replacementName(_ arch: String) -> String { ".\(arch).replacement" }

    static func isReplacementName(_ name: String) -> Bool { name.hasPrefix(".") && name.hasSuffix(".replacement") }

    /// Where to write a file before ``place(_:as:digest:skipCompression:)``.
    public func scratchPath(_ fileName: String) -> FilePath { AtomicFile.temporaryPath(for: path.appending(fileName)) }

    /// Puts a finished file, written on the filesystem of `builds/`, in its place: synced, renamed, read-only.
    ///
    /// - Parameter digest: its SHA-256 where the writer knows it; else the file is read.
    /// - Returns: the entry for ``BuildMetadata/setImage(_:_:)``.
    /// - Throws: ``BuildsError``.
    public func place(
        _ source: FilePath, as fileName: String, digest: String? = nil, skipCompression: Bool? = nil
    ) throws -> Artifact {
        try store.place(source, as: fileName, in: path, digest: digest, skipCompression: skipCompression)
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

    /// Makes the build visible: writes `meta.json`, `cosa.json`, then `builds.json` and `latest`. A replacement changes
    /// places with the build that was there in one step, and is the newest build from then on.
    ///
    /// - Throws: ``BuildsError``, also for metadata that breaks the schema; the build is not visible then.
    public func commit(_ metadata: BuildMetadata, sideFile: SideFile) throws {
        try store.changeMetadata(in: path) { $0 = metadata }
        try store.changeSideFile(in: path) { $0 = sideFile }
        guard isReplacement else {
            try store.updateIndex { $0.insert(build, arch: arch) }
            unlink(path.appending(Self.marker).string)
            return
        }
        let listed = store.path(build, arch: arch)
        do {
            try AtomicFile.exchange(path, listed)
        } catch {
            throw BuildsError("cannot put \(path) in the place of \(listed): \(error)")
        }
        unlink(listed.appending(Self.marker).string)
        try store.updateIndex { $0.moveToFront(build) }
        try abort()
    }

    /// Removes the unfinished build, or the one that a replacement has changed places with.
    ///
    /// - Throws: ``BuildsError`` where files cannot be removed; the next run tries again.
    public func abort() throws { try store.discard(path) }
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
    /// - Parameter replacing: take the place of a build of this id and architecture, if there is one.
    /// - Throws: ``BuildsError`` where the build exists and may not be replaced: `Build <id> (<arch>) already exists`.
    public func begin(_ build: String, arch: String, replacing: Bool = false, lock: FileLock) throws -> BuildTransaction
    {
        try BuildTransaction(self, build: build, arch: arch, replacing: replacing, lock: lock)
    }
}
