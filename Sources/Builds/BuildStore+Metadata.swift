import HostSystem
import SystemPackage

extension BuildStore {
    /// Changes a build's `meta.json` under its lock.
    ///
    /// `change` sees what is on disk at that moment, so nothing that another process wrote is lost.
    ///
    /// - Parameter validate: false writes what the schema does not allow, too.
    /// - Returns: what was written.
    /// - Throws: what `change` throws, and ``BuildsError``, also where `change` would break the schema; the file is as
    ///   before then. Defects that the file had already are left alone.
    @discardableResult
    public func updateMetadata(
        _ build: String, arch: String, validate: Bool = true, _ change: (inout BuildMetadata) throws -> Void
    ) throws -> BuildMetadata {
        let path = path(build, arch: arch)
        guard FileContent.isDirectory(path) else { throw BuildsError("Build dir \(path) does not exist.") }
        return try withLock("meta-\(build)-\(arch)") { try changeMetadata(in: path, validate: validate, change) }
    }

    /// Changes the `meta.json` of a directory that nobody else writes to, or whose lock is held.
    @discardableResult
    func changeMetadata(
        in folder: FilePath, validate: Bool = true, _ change: (inout BuildMetadata) throws -> Void
    ) throws -> BuildMetadata {
        let file = folder.appending("meta.json")
        let before = try JSONFile.readIfPresent(file).map(BuildMetadata.init)
        var after = before ?? BuildMetadata(JSONObject())
        try change(&after)
        if validate { try check(after, before: before, file: file) }
        try write(&after, over: before, file: file)
        return after
    }

    /// Writes metadata that was read earlier. Where another process wrote in between, its members are kept and those of
    /// `metadata` win.
    ///
    /// - Returns: what was written.
    /// - Throws: ``BuildsError``.
    @discardableResult
    public func save(_ metadata: BuildMetadata, of build: String, arch: String) throws -> BuildMetadata {
        try updateMetadata(build, arch: arch) { onDisk in
            guard onDisk.stamp != metadata.stamp else {
                onDisk = metadata
                return
            }
            onDisk.object.merge(metadata.object)
        }
    }

    /// Puts a finished file, written beside its destination, in its place (synced, renamed, read-only) and lists it in
    /// `meta.json`. A file of another name that was listed in its place (a compressed one) is removed.
    ///
    /// - Parameters:
    ///   - source: the file; it must be on the filesystem of `builds/`. ``scratchPath(_:in:arch:)`` names a good place.
    ///   - fileName: its name in the build directory, made by ``Artifact/fileName(name:version:kind:arch:suffix:)``.
    ///   - image: its key under `images`.
    ///   - digest: its SHA-256 where the writer knows it; else the file is read.
    /// - Throws: ``BuildsError``.
    @discardableResult
    public func publish(
        _ source: FilePath, as fileName: String, image: String, of build: String, arch: String, digest: String? = nil,
        skipCompression: Bool? = nil
    ) throws -> Artifact {
        let artifact = try place(
            source, as: fileName, in: path(build, arch: arch), digest: digest, skipCompression: skipCompression)
        var before: String?
        try updateMetadata(build, arch: arch) { metadata in
            before = metadata.images[image]?.path
            metadata.setImage(image, artifact)
        }
        if let before { removeUnlisted(before, of: build, arch: arch) }
        return artifact
    }

    /// Where to write a file of a build before it is published: beside its destination, under a name that the next run
    /// recognises as a leftover.
    public func scratchPath(_ fileName: String, in build: String, arch: String) -> FilePath {
        AtomicFile.temporaryPath(for: path(build, arch: arch).appending(fileName))
    }

    /// The build's side file, `cosa.json`; an empty one where there is none.
    ///
    /// - Throws: ``BuildsError``.
    public func sideFile(_ build: String, arch: String) throws -> SideFile { try sideFile(in: path(build, arch: arch)) }

    private func sideFile(in folder: FilePath) throws -> SideFile {
        SideFile(try JSONFile.readIfPresent(folder.appending(SideFile.name)) ?? JSONObject())
    }

    /// Changes the build's side file under a lock.
    ///
    /// - Throws: what `change` throws, and ``BuildsError``; the file is as before then.
    public func updateSideFile(_ build: String, arch: String, _ change: (inout SideFile) throws -> Void) throws {
        try withLock("side-\(build)-\(arch)") { try changeSideFile(in: path(build, arch: arch), change) }
    }

    /// Changes the side file of a directory that nobody else writes to, or whose lock is held.
    func changeSideFile(in folder: FilePath, _ change: (inout SideFile) throws -> Void) throws {
        var sideFile = try sideFile(in: folder)
        try change(&sideFile)
        try JSONFile.write(sideFile.object, to: folder.appending(SideFile.name))
    }

    func place(
        _ source: FilePath, as fileName: String, in folder: FilePath, digest: String?, skipCompression: Bool?
    ) throws -> Artifact {
        let destination = folder.appending(fileName)
        var artifact = try Artifact(file: source, digest: digest, skipCompression: skipCompression)
        artifact.path = fileName
        do {
            try AtomicFile.publish(source, as: destination)
        } catch {
            throw BuildsError("cannot put \(source) in place as \(destination): \(error)")
        }
        return artifact
    }

    private func check(_ after: BuildMetadata, before: BuildMetadata?, file: FilePath) throws {
        let known = Set(before?.problems ?? [])
        let problems = after.problems.filter { !known.contains($0) }
        guard problems.isEmpty else {
            throw BuildsError("\(file) would break its schema: \(problems.joined(separator: "; "))")
        }
    }

    private func write(_ metadata: inout BuildMetadata, over before: BuildMetadata?, file: FilePath) throws {
        metadata.stamp = max(try clock(), (before?.stamp ?? 0) + 1)
        try JSONFile.write(metadata.object, to: file)
    }
}
