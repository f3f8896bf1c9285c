import HostSystem
import SystemPackage

/// Where an image is, in the words of skopeo (containers-transports(5)).
public enum ImageSource: Sendable, Hashable, CustomStringConvertible {
    /// `oci-archive:FILE`
    case ociArchive(FilePath)
    /// `oci:DIRECTORY[:TAG]`
    case ociDirectory(FilePath, tag: String?)
    /// `docker://HOST/PATH[:TAG][@DIGEST]`
    case registry(ImageReference)
    /// `containers-storage:NAME`
    case containersStorage(String)

    /// Reads the text form.
    ///
    /// - Throws: ``ContainerImageError/badReference(_:reason:)``.
    public init(_ text: String) throws {
        func rest(_ prefix: String) -> String? { text.hasPrefix(prefix) ? String(text.dropFirst(prefix.count)) : nil }
        func required(_ name: String) throws -> String {
            guard !name.isEmpty else { throw ContainerImageError.badReference(text, reason: "its name is missing") }
            return name
        }
        if text.hasPrefix("docker://") {
            self = .registry(try ImageReference(text))
        } else if let name = rest("containers-storage:") {
            self = .containersStorage(try required(name))
        } else if let name = rest("oci-archive:") {
            self = .ociArchive(FilePath(try required(name)))
        } else if let name = rest("oci:") {
            let parts = try required(name).split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            self = .ociDirectory(
                FilePath(try required(String(parts[0]))), tag: parts.count > 1 ? String(parts[1]) : nil)
        } else {
            throw ContainerImageError.badReference(
                text, reason: "it must begin with oci-archive:, oci:, docker:// or containers-storage:")
        }
    }

    /// The text form.
    public var description: String {
        switch self {
        case .ociArchive(let path): "oci-archive:\(path)"
        case .ociDirectory(let path, let tag): "oci:\(path)" + (tag.map { ":\($0)" } ?? "")
        case .registry(let reference): reference.transport
        case .containersStorage(let name): "containers-storage:\(name)"
        }
    }

    /// Calls `body` with the image; one that is elsewhere is fetched to a temporary folder for that time.
    ///
    /// - Parameter known: tells whether a layer's content is not needed, by its digest.
    /// - Throws: ``ContainerImageError``, and what `body` throws.
    public func withImage<Result>(
        _ options: ImportOptions, known: @escaping @Sendable (String) -> Bool = { _ in false },
        _ body: (OCIImage) async throws -> Result
    ) async throws -> Result {
        switch self {
        case .ociArchive(let path): return try await body(Self.open(path, tag: nil, options))
        case .ociDirectory(let path, let tag): return try await body(Self.open(path, tag: tag, options))
        case .registry, .containersStorage:
            return try await FolderGuard.withFolder { folder in
                try await body(RegistryFetch(source: self, options: options, folder: folder).run(known: known))
            }
        }
    }

    /// The digest of the image's manifest where it is known without fetching the image; nil where it is not.
    ///
    /// - Throws: ``RegistryError``, ``ContainerImageError``.
    public func manifestDigest(_ options: ImportOptions) async throws -> String? {
        guard case .registry(let reference) = self else { return nil }
        return try await RegistryFetch(source: self, options: options, folder: "").choose(reference).0.digest
    }

    private static func open(_ path: FilePath, tag: String?, _ options: ImportOptions) async throws -> OCIImage {
        let architecture = options.architecture
        return try await Blocking.run { try OCILayout(path).image(tag: tag, architecture: architecture) }
    }
}
