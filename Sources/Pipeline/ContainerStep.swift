import Builds
import ContainerImage
import HostSystem
import OSTree
import SystemPackage
import Treefile

/// `cosa container`: the image of a build's commit, made again or only planned.
public struct ContainerStep: Sendable {
    private let store: BuildStore
    private let basearch: String
    private let reporter: Reporter

    /// Images of the builds in `directory`.
    public init(_ directory: WorkingDirectory, basearch: String, reporter: Reporter) {
        store = BuildStore(directory)
        self.basearch = basearch
        self.reporter = reporter
    }

    /// The cache of layers that builds use.
    static func layerCache(_ directory: WorkingDirectory) -> FilePath { directory.cache.appending("layers") }

    /// Makes an archive of a build's commit; without options the one that `cosa build` made.
    ///
    /// - Parameters:
    ///   - build: an id, a tag, or nil for the newest build.
    ///   - output: the archive; nil for the name of the build's archive in `tmp/`.
    /// - Throws: ``PipelineError``, `BuildsError`, `ContainerImageError` and the errors of the libraries.
    public func encapsulate(
        build: String?, output: FilePath?, options: ContainerOptions
    ) async throws -> EncapsulatedImage {
        let id = try store.resolve(build, arch: basearch)
        let fileName = Artifact.fileName(
            name: try store.metadata(id, arch: basearch).name ?? "custom", version: id, kind: "ostree", arch: basearch,
            suffix: "ociarchive")
        let output = output ?? store.directory.temporary.appending(fileName)
        return try await withRequest(id, output: output, options) { request in
            try await reporter.step("Encapsulating \(request.commit.prefix(12)) as an OCI archive") {
                try await Encapsulator().encapsulate(request)
            }
        }
    }

    /// Makes an archive of any commit that has a package database.
    ///
    /// - Parameter commit: a ref or a checksum.
    /// - Throws: as ``encapsulate(build:output:options:)``.
    public static func encapsulate(
        _ commit: String, of path: FilePath, basearch: String, output: FilePath, options: ContainerOptions
    ) async throws -> EncapsulatedImage {
        let folder = try TemporaryFolder(prefix: ".cosa-container", in: output.removingLastComponent())
        defer { folder.remove() }
        let repository = try Repository.open(path)
        guard let checksum = try repository.resolve(commit) else {
            throw ContainerImageError.noCommit(commit, repository: path)
        }
        let request = EncapsulationRequest(
            repository: path, commit: checksum,
            components: try CommitPackages.components(of: checksum, in: repository, scratch: folder.path),
            options: try options.applied(to: ImageOptions()), architecture: basearch, output: output,
            workDirectory: folder.path)
        return try await Encapsulator().encapsulate(request)
    }

    /// The layers of a build's image and what of them a client lacks.
    ///
    /// Without options about layers those of the build's own image are taken; else they are made, into the layer cache.
    /// - Parameter against: the build that the client has; nil for a client that has nothing.
    /// - Throws: as ``encapsulate(build:output:options:)``.
    public func plan(build: String?, against: String?, options: ContainerOptions) async throws -> LayerPlan {
        let id = try store.resolve(build, arch: basearch)
        let known = try against.map { try store.resolve($0, arch: basearch) }
        let layers: [LayerPlan.Layer]
        if options.keepsLayers, let recorded = try recordedLayers(id) {
            layers = recorded
        } else {
            let output = store.directory.temporary.appending("container-plan")
            layers = try await withRequest(id, output: output, options) { request in
                try await reporter.step("Writing the layers of \(id)") {
                    try await Encapsulator().layers(request).map {
                        LayerPlan.Layer(digest: $0.digest, size: $0.size, components: $0.components)
                    }
                }
            }
        }
        let there = try known.map { id in
            guard let recorded = try recordedLayers(id) else {
                throw PipelineError("build \(id) (\(basearch)) has no container image to compare with")
            }
            return recorded
        }
        return LayerPlan(build: id, against: known, layers: layers, there: Set((there ?? []).map(\.digest)))
    }

    private func recordedLayers(_ id: String) throws -> [LayerPlan.Layer]? {
        guard let artifact = try store.metadata(id, arch: basearch).images["oci-manifest"] else { return nil }
        let path = store.path(id, arch: basearch).appending(artifact.path)
        return try ImageManifest(json: FileContent.read(path), file: path).layers.map {
            LayerPlan.Layer(digest: $0.digest, size: $0.size, components: $0.components)
        }
    }

    private func withRequest<Result: Sendable>(
        _ id: String, output: FilePath, _ options: ContainerOptions,
        _ body: (EncapsulationRequest) async throws -> Result
    ) async throws -> Result {
        let directory = store.directory
        let metadata = try store.metadata(id, arch: basearch)
        guard let commit = metadata.ostreeCommit else {
            throw PipelineError("meta.json of build \(id) lacks ostree-commit")
        }
        let repository = try Repository.open(directory.repository)
        guard try repository.resolve(commit) != nil, try repository.contains(.commit, commit) else {
            throw PipelineError(
                "the commit \(commit.prefix(12)) of build \(id) is not in \(directory.repository) any more; "
                    + "import its archive with `cosa import`")
        }
        let folder = try TemporaryFolder(prefix: "container", in: directory.temporary)
        defer { folder.remove() }
        // A commit of other tools has no image.json.
        var base = try ImageConfig.ofCommit(commit, in: repository).map { try ImageOptions($0) } ?? ImageOptions()
        base.labels.merge(metadata.ociLabels.filter { !ImageOptions.commitLabels.contains($0.key) }) { $1 }
        let request = EncapsulationRequest(
            repository: directory.repository, commit: commit,
            components: try CommitPackages.components(of: commit, in: repository, scratch: folder.path),
            options: try options.applied(to: base), architecture: basearch, output: output,
            workDirectory: folder.path, layerCache: Self.layerCache(directory))
        return try await body(request)
    }
}
