import Builds
import ContainerImage
import HostSystem
import SystemPackage

/// `cosa push-container-manifest`: puts images for several architectures into a registry as one.
public struct ContainerManifestPush: Sendable {
    /// How it ended.
    public enum Outcome: Sendable, Equatable {
        /// The index has this digest now.
        case pushed(digest: String, images: [IndexedImage])
        /// The registry has these images already, and `meta.json` says so.
        case upToDate
    }

    private let repository: ImageReference
    private let tags: [String]
    private let client: RegistryClient
    private let reporter: Reporter

    /// The form of the manifests in the registry; nil for OCI's.
    public var format: RegistryClient.Format?

    /// Pushes to `repository` under `tags`.
    ///
    /// - Throws: `ContainerImageError` for what is no repository or no tag, ``PipelineError`` for one that names a tag.
    public init(repository: String, tags: [String], registry: RegistryOptions, reporter: Reporter) throws {
        self.repository = try ImageReference(repository)
        guard self.repository.tag == nil, self.repository.digest == nil else {
            throw PipelineError("\(repository): give tags with --tag and not in the repository's name")
        }
        for tag in tags { _ = try ImageReference("\(repository):\(tag)") }
        self.tags = tags
        client = RegistryClient(registry)
        self.reporter = reporter
    }

    /// Pushes images that are named one by one, as containers-transports(5) has it.
    ///
    /// - Throws: `RegistryError`, `ContainerImageError`.
    public func run(images: [String]) async throws -> Outcome {
        let (digest, images) = try await push(images)
        return .pushed(digest: digest, images: images)
    }

    /// Pushes an image of a build, for each of its architectures, and records under `key` of each `meta.json` where it
    /// is.
    ///
    /// - Parameters:
    ///   - kind: the image (`ostree`, `node`, `kubevirt`).
    ///   - build: an id, a tag, or nil for the newest build.
    ///   - arches: the architectures; empty for all that have the image.
    ///   - key: the key of `meta.json`; nil for the usual one of the image.
    ///   - force: push where the registry has it already.
    /// - Throws: `BuildsError`, ``PipelineError``, `RegistryError`, `ContainerImageError`.
    public func run(
        image kind: String, of build: String?, arches: [String], key: String?, force: Bool, in store: BuildStore
    ) async throws -> Outcome {
        guard let key = key ?? ContainerArchive.metadataKeys[kind] else {
            throw PipelineError("say with --metajsonname under which key of meta.json the image \(kind) is listed")
        }
        let id = try store.resolve(build)
        let wanted = try self.arches(of: id, with: kind, arches, in: store)
        let archives = try await Blocking.run {
            try wanted.map { try ContainerArchive(kind, of: id, arch: $0, in: store) }
        }
        if !force, try await isUpToDate(id, wanted, key: key, in: store) { return .upToDate }
        let (digest, images) = try await push(archives.map(\.transport))
        for arch in wanted {
            let name = OCIArchitecture.name(basearch: arch)
            guard let image = images.first(where: { $0.architecture == name }) else {
                throw PipelineError("the index at \(repository) has no image for \(name) after the push")
            }
            let pushed = PushedImage(
                image: repository.repository, digest: image.digest, tags: tags, manifestListDigest: digest)
            try store.updateMetadata(id, arch: arch) { try pushed.record(as: key, in: &$0) }
        }
        return .pushed(digest: digest, images: images)
    }

    private func push(_ sources: [String]) async throws -> (digest: String, images: [IndexedImage]) {
        try await reporter.step("Pushing \(sources.count) images to \(repository)") {
            try await client.pushIndex(of: sources, to: tags.map { repository.tagged($0) }, format: format)
        }
    }

    private func arches(of build: String, with kind: String, _ asked: [String], in store: BuildStore) throws -> [String]
    {
        let built = try store.index().build(build)?.arches ?? []
        if let missing = asked.first(where: { !built.contains($0) }) {
            throw PipelineError("build \(build) was not made for \(missing); it has: \(built.joined(separator: ", "))")
        }
        guard asked.isEmpty else { return asked }
        // An image need not be made for all architectures.
        let arches = try built.filter { try store.metadata(build, arch: $0).images[kind] != nil }
        guard !arches.isEmpty else { throw PipelineError("build \(build) has no image \(kind) for any architecture") }
        return arches
    }

    private func isUpToDate(
        _ build: String, _ arches: [String], key: String, in store: BuildStore
    ) async throws -> Bool {
        let images: [IndexedImage]
        do {
            images = try await client.images(of: repository.tagged(tags.first ?? "latest"))
        } catch let error as RegistryError where error.cause == .notFound {
            return false
        }
        return try arches.allSatisfy { arch in
            let digest = images.first { $0.architecture == OCIArchitecture.name(basearch: arch) }?.digest
            let entry = try store.metadata(build, arch: arch)[key]?.object
            let known = [entry].compactMap(\.self) + (entry?["additional-images"]?.array ?? []).compactMap(\.object)
            return digest != nil
                && known.contains {
                    $0["image"]?.string == repository.repository && $0["digest"]?.string == digest
                }
        }
    }
}
