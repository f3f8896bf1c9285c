import Builds
import DiskImage
import Foundation
import HostSystem
import OSTree
import SystemPackage
import Treefile

/// `cosa buildextend-<platform>`: disk images of a build, all derived from one raw image.
public struct DiskStep: Sendable {
    private let store: BuildStore
    private let basearch: String
    private let toolVersion: String
    private let reporter: Reporter

    /// Disk images of the builds in `directory`.
    public init(_ directory: WorkingDirectory, basearch: String, toolVersion: String, reporter: Reporter) {
        store = BuildStore(directory)
        self.basearch = basearch
        self.toolVersion = toolVersion
        self.reporter = reporter
    }

    /// The names of all platforms, for help and completion.
    public static var platforms: [String] { Platform.all.map(\.name) }

    /// One image and how it came about.
    public struct Result: Sendable, Codable {
        /// The platform.
        public var platform: String
        /// The file, absolute.
        public var path: String
        /// False where it was there already.
        public var isNew: Bool
    }

    /// Makes the images that are not there yet.
    ///
    /// - Parameters:
    ///   - build: an id, a tag, or nil for the newest build.
    ///   - force: make those that are there again, from a raw image that is new too.
    /// - Throws: ``PipelineError``, `BuildsError`, `DiskImageError` and the errors of the tools; what was published
    ///   before stays.
    public func run(platforms names: [String], build: String?, force: Bool) async throws -> [Result] {
        let platforms = try names.map { try Platform.named($0) }
        let id = try store.resolve(build, arch: basearch)
        let metadata = try store.metadata(id, arch: basearch)
        var results: [Result] = []
        var raw: RawImage?
        let lock = try FileLock(store.directory.temporary.appending("lock/disk.lock"), wait: true)
        defer { withExtendedLifetime(lock) {} }
        for platform in platforms {
            if !force, let image = try store.metadata(id, arch: basearch).images[platform.name] {
                let path = store.path(id, arch: basearch).appending(image.path)
                reporter.note("\(platform.name) image already exists: \(path)")
                results.append(Result(platform: platform.name, path: path.string, isNew: false))
                continue
            }
            if raw == nil { raw = try await rawImage(id, metadata, force: force) }
            guard let raw else { continue }
            results.append(try await derive(platform, from: raw, build: id, metadata))
        }
        if results.allSatisfy({ !$0.isNew }) { reporter.note("All requested platforms have already been built") }
        return results
    }

    private func derive(
        _ platform: Platform, from raw: RawImage, build: String, _ metadata: BuildMetadata
    ) async throws -> Result {
        let fileName = Artifact.fileName(
            name: metadata.name ?? "custom", version: build, kind: platform.name, arch: basearch,
            suffix: platform.suffix)
        let scratch = store.scratchPath(fileName, in: build, arch: basearch)
        return try await reporter.step("\(platform.name): \(platform.suffix)") {
            defer { unlink(scratch.string) }
            try await PlatformImageBuilder().derive(
                platform, from: raw, to: scratch, workDirectory: store.directory.temporary.appending("disk/derive"))
            let store = store
            let basearch = basearch
            let artifact = try await Blocking.run {
                try store.publish(scratch, as: fileName, image: platform.name, of: build, arch: basearch)
            }
            let path = store.path(build, arch: basearch).appending(artifact.path)
            reporter.note("Successfully generated: \(path)")
            return Result(platform: platform.name, path: path.string, isNew: true)
        }
    }

    /// The raw image of a build: the one that is kept where its inputs are the same, else a new one in its place.
    private func rawImage(_ build: String, _ metadata: BuildMetadata, force: Bool) async throws -> RawImage {
        let folder = store.directory.temporary.appending("disk")
        let request = try request(build, metadata, folder: folder)
        let digest = try digest(of: request)
        let record = folder.appending("raw.json")
        if !force, let kept = try? JSONDecoder().decode(KeptRaw.self, from: Data(FileContent.read(record))),
            kept.digest == digest, FileContent.exists(kept.image.path)
        {
            return kept.image
        }
        unlink(record.string)
        return try await reporter.step("Raw image of \(build)") {
            let image = try await RawImageBuilder(progress: reporter.output).build(request)
            let encoder = JSONEncoder()
            encoder.outputFormatting = .sortedKeys
            try AtomicFile.write(Array(encoder.encode(KeptRaw(digest: digest, image: image))), to: record)
            return image
        }
    }

    private struct KeptRaw: Codable {
        var digest: String
        var image: RawImage
    }

    private func digest(of request: DiskRequest) throws -> String {
        var digest = InputDigest()
        digest.add("tool", text: toolVersion)
        digest.add("commit", text: request.commit)
        digest.add("version", text: request.version)
        digest.add("image.json", text: try request.image.json.compactJSON)
        digest.add("platforms.json", text: try request.platforms.json(basearch: basearch).compactJSON)
        digest.add("container", text: "\(request.container.map { "\($0.imageName) \($0.imageDigest)" } ?? "none")")
        return digest.value
    }

    private func request(_ build: String, _ metadata: BuildMetadata, folder: FilePath) throws -> DiskRequest {
        guard let commit = metadata.ostreeCommit, let name = metadata.name,
            let timestamp = metadata.ostreeTimestamp.flatMap(Timestamp.seconds)
        else { throw PipelineError("meta.json of build \(build) lacks ostree-commit, name or ostree-timestamp") }
        let stream = metadata.ociLabels["com.coreos.stream"] ?? "stable"
        var image = try imageConfig(commit, build: build)
        image.containerImageReference = image.containerImageReference?.replacing("{stream}", with: stream)
        return DiskRequest(
            repository: store.directory.repository, commit: commit,
            ref: metadata.ref ?? "\(name)/\(basearch)/stable", osname: name, version: build, basearch: basearch,
            timestamp: timestamp, image: image, platforms: try platforms(commit),
            container: containerIdentity(metadata),
            workDirectory: folder.appending("work"), output: folder.appending("raw.img"))
    }

    private func containerIdentity(_ metadata: BuildMetadata) -> ContainerIdentity? {
        guard let digest = metadata.images["oci-manifest"]?.sha256, let archive = metadata.images["ostree"]?.path else {
            return nil
        }
        return ContainerIdentity(
            imageName: "oci-archive:\(archive)", imageDigest: "sha256:\(digest)", imageLabels: metadata.ociLabels)
    }

    private func imageConfig(_ commit: String, build: String) throws -> ImageConfig {
        guard let bytes = try file("usr/share/coreos-assembler/image.json", of: commit) else {
            throw PipelineError(
                "build \(build) has no /usr/share/coreos-assembler/image.json in its commit \(commit); "
                    + "was it made by `cosa build`?")
        }
        let path = store.directory.temporary.appending("image.json")
        try AtomicFile.write(bytes, to: path)
        return try ImageConfig.load(path)
    }

    /// The commit has the part of platforms.yaml that is for its architecture.
    private func platforms(_ commit: String) throws -> PlatformsTable {
        guard let bytes = try file("usr/share/coreos-assembler/platforms.json", of: commit) else {
            return PlatformsTable()
        }
        let path = store.directory.temporary.appending("platforms.json")
        try AtomicFile.write(Array("{\"\(basearch)\": ".utf8) + bytes + Array("}".utf8), to: path)
        return try PlatformsTable.load(path)
    }

    private func file(_ path: String, of commit: String) throws -> [UInt8]? {
        try Repository.open(store.directory.repository).readFile(path, of: commit)
    }
}
