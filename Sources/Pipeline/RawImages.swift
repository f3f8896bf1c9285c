import Builds
import DiskImage
import Foundation
import HostSystem
import OSTree
import SystemPackage
import Treefile

/// The raw images that a build's disks are derived from: one for each size of sectors, kept in `tmp/disk` as long as its
/// inputs stay the same.
struct RawImages: Sendable {
    let store: BuildStore
    let basearch: String
    let toolVersion: String
    let reporter: Reporter
    /// What writes xfs and btrfs; nil for what works here. It is no input: it makes the same files, and no two images of
    /// these filesystems are the same bytes.
    let backend: FilesystemBackend?

    /// What a build says about its disks.
    struct Inputs: Sendable {
        let build: String
        let metadata: BuildMetadata
        let image: ImageConfig
        let platforms: PlatformsTable
    }

    /// Reads what a build says about its disks.
    ///
    /// - Throws: ``PipelineError`` where it says nothing, and the errors of reading it.
    func inputs(_ build: String, _ metadata: BuildMetadata) throws -> Inputs {
        guard let commit = metadata.ostreeCommit else {
            throw PipelineError("meta.json of build \(build) lacks ostree-commit")
        }
        let repository = try Repository.open(store.directory.repository)
        return Inputs(
            build: build, metadata: metadata, image: try imageConfig(commit, build: build, repository),
            platforms: try platforms(commit, repository))
    }

    /// The raw image of a build: the one that is kept where its inputs are the same, else a new one in its place.
    ///
    /// - Parameter sectorSize: bytes of a sector.
    /// - Throws: ``PipelineError``, `DiskImageError` and the errors of the tools.
    func image(_ inputs: Inputs, sectorSize: Int, force: Bool) async throws -> RawImage {
        if !force, let kept = try kept(inputs, sectorSize: sectorSize) { return kept }
        let request = try request(inputs, sectorSize: sectorSize)
        let record = record(sectorSize)
        unlink(record.string)
        return try await reporter.step("Raw image of \(inputs.build)") {
            let image = try await RawImageBuilder(progress: reporter.output).build(request)
            let encoder = JSONEncoder()
            encoder.outputFormatting = .sortedKeys
            let digest = try digest(of: request, sectorSize: sectorSize)
            try AtomicFile.write(Array(encoder.encode(Kept(digest: digest, image: image))), to: record)
            return image
        }
    }

    /// The raw image that is there already; nil where its inputs were others.
    func kept(_ inputs: Inputs, sectorSize: Int) throws -> RawImage? {
        let digest = try digest(of: request(inputs, sectorSize: sectorSize), sectorSize: sectorSize)
        guard
            let kept = try? JSONDecoder().decode(Kept.self, from: Data(FileContent.read(record(sectorSize)))),
            kept.digest == digest, FileContent.exists(kept.image.path)
        else { return nil }
        return kept.image
    }

    /// Whether the content of a raw image that has to be made is, for a while, on the disk twice.
    func isStaged(_ inputs: Inputs) -> Bool {
        inputs.image.rootFileSystem != "ext4" && (backend ?? (geteuid() == 0 ? .loop : .libguestfs)) == .libguestfs
    }

    private struct Kept: Codable {
        var digest: String
        var image: RawImage
    }

    private var folder: FilePath { store.directory.temporary.appending("disk") }

    private func name(_ sectorSize: Int) -> String { sectorSize == 512 ? "raw" : "raw-\(sectorSize)" }
    private func record(_ sectorSize: Int) -> FilePath { folder.appending("\(name(sectorSize)).json") }

    private func digest(of request: DiskRequest, sectorSize: Int) throws -> String {
        var digest = InputDigest()
        digest.add("tool", text: toolVersion)
        digest.add("commit", text: request.commit)
        digest.add("version", text: request.version)
        digest.add("sector-size", text: String(sectorSize))
        digest.add("image.json", text: try request.image.json.compactJSON)
        digest.add("platforms.json", text: try request.platforms.json(basearch: basearch).compactJSON)
        digest.add("container", text: "\(request.container.map { "\($0.imageName) \($0.imageDigest)" } ?? "none")")
        return digest.value
    }

    /// What a build's raw image is made from.
    ///
    /// - Throws: ``PipelineError`` where the build's metadata does not say.
    func request(_ inputs: Inputs, sectorSize: Int) throws -> DiskRequest {
        let (build, metadata) = (inputs.build, inputs.metadata)
        guard let commit = metadata.ostreeCommit, let name = metadata.name,
            let timestamp = metadata.ostreeTimestamp.flatMap(Timestamp.seconds)
        else { throw PipelineError("meta.json of build \(build) lacks ostree-commit, name or ostree-timestamp") }
        let stream = metadata.ociLabels["com.coreos.stream"] ?? "stable"
        var image = inputs.image
        image.containerImageReference = image.containerImageReference?.replacing("{stream}", with: stream)
        return DiskRequest(
            repository: store.directory.repository, commit: commit,
            ref: metadata.ref ?? "\(name)/\(basearch)/stable", osname: name, version: build, basearch: basearch,
            timestamp: timestamp, sectorSize: sectorSize, image: image, platforms: inputs.platforms,
            container: containerIdentity(metadata), backend: backend,
            workDirectory: folder.appending("work"), output: folder.appending("\(self.name(sectorSize)).img"))
    }

    private func containerIdentity(_ metadata: BuildMetadata) -> ContainerIdentity? {
        guard let digest = metadata.images["oci-manifest"]?.sha256, let archive = metadata.images["ostree"]?.path else {
            return nil
        }
        return ContainerIdentity(
            imageName: "oci-archive:\(archive)", imageDigest: "sha256:\(digest)", imageLabels: metadata.ociLabels)
    }

    private func imageConfig(_ commit: String, build: String, _ repository: Repository) throws -> ImageConfig {
        guard let image = try ImageConfig.ofCommit(commit, in: repository) else {
            throw PipelineError(
                "build \(build) has no /usr/share/coreos-assembler/image.json in its commit \(commit); "
                    + "was it made by `cosa build`?")
        }
        return image
    }

    /// The commit has the part of platforms.yaml that is for its architecture.
    private func platforms(_ commit: String, _ repository: Repository) throws -> PlatformsTable {
        let path: FilePath = "usr/share/coreos-assembler/platforms.json"
        guard let bytes = try repository.readFile(path.string, of: commit) else { return PlatformsTable() }
        return try PlatformsTable.parse(json: bytes, basearch: basearch, named: path)
    }
}
