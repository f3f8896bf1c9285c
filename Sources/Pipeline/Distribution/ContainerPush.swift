import Builds
import ContainerImage
import HostSystem
import SBOM
import SystemPackage

/// `cosa push-container`: puts an image of a build into a registry.
public struct ContainerPush: Sendable {
    /// The images that can be pushed.
    public static let images = ContainerArchive.metadataKeys.keys.sorted()

    /// Which image: `ostree`, `node` or `extensions-container`.
    public var image = "ostree"
    /// The form of the manifest in the registry; nil for that of the archive.
    public var format: RegistryClient.Format?
    /// What is put behind the tag, after a hyphen.
    public var tagSuffix: String?
    /// Whether the build's bill of materials goes along.
    public var attachesBill = true

    private let store: BuildStore
    private let basearch: String
    private let registry: RegistryOptions
    private let reporter: Reporter

    /// Pushes of the builds in `directory`.
    public init(_ directory: WorkingDirectory, basearch: String, registry: RegistryOptions, reporter: Reporter) {
        store = BuildStore(directory)
        self.basearch = basearch
        self.registry = registry
        self.reporter = reporter
    }

    /// Pushes, and records where to in `meta.json`: `base-oscontainer`, `oscontainer` for the node image.
    ///
    /// - Parameters:
    ///   - destination: `HOST/PATH[:TAG]`; the tag is `<build>-<arch>` where none is given.
    ///   - build: an id, a tag, or nil for the newest build.
    /// - Throws: ``PipelineError``, `BuildsError`, `ContainerImageError` and `RegistryError`.
    public func run(to destination: String, build: String?) async throws -> PushedImage {
        var reference = try ImageReference(destination)
        guard reference.digest == nil else {
            throw PipelineError("\(destination): what is pushed gets a tag; leave the digest away")
        }
        guard let key = ContainerArchive.metadataKeys[image] else {
            throw PipelineError("there is no image \(image) to push; there are: \(Self.images.joined(separator: ", "))")
        }
        let id = try store.resolve(build, arch: basearch)
        let tag = (reference.tag ?? "\(id)-\(basearch)") + (tagSuffix.map { "-\($0)" } ?? "")
        reference = reference.tagged(tag)
        let (store, image, basearch) = (store, image, basearch)
        let archive = try await Blocking.run { try ContainerArchive(image, of: id, arch: basearch, in: store) }
        let client = RegistryClient(registry)
        let digest = try await reporter.step("Pushing \(image) of \(id) to \(reference)") {
            try await client.copy(archive.transport, to: reference.transport, format: format, sign: true)
        }
        let pushed = PushedImage(image: reference.repository, digest: digest, tags: [tag])
        try store.updateMetadata(id, arch: basearch) { try pushed.record(as: key, in: &$0) }
        if attachesBill, image == "ostree" { try await attachBill(of: id, to: reference.pinned(digest)) }
        return pushed
    }

    private func attachBill(of build: String, to reference: ImageReference) async throws {
        let folder = store.path(build, arch: basearch)
        guard let bill = try store.sideFile(build, arch: basearch)[SideFile.billOfMaterials]?.object else { return }
        let mediaTypes = [("spdx", SPDXDocument.mediaType), ("cyclonedx", CycloneDXDocument.mediaType)]
        let documents = try mediaTypes.compactMap { format, mediaType in
            try bill[format]?.object?["path"]?.string.map {
                AttachedDocument(
                    mediaType: mediaType, title: $0, bytes: try FileContent.read(folder.appending($0)))
            }
        }
        try await reporter.step("Attaching the bill of materials") {
            try await RegistryClient(registry).attach(documents, to: reference)
        }
    }
}
