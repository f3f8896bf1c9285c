import ContainerImage
import HostSystem

/// `cosa copy-container`: copies images from one registry to another, all architectures of them.
public struct ContainerCopy: Sendable {
    /// What becomes of an index at the destination.
    public enum IndexTags: String, Sendable, CaseIterable {
        /// Each image gets a tag of its own, with the architecture behind it.
        case always
        /// The index is copied as it is.
        case never
        /// As it is, unless the destination is known to take no index.
        case auto
    }

    /// Registries that take no index.
    private static let withoutIndexes = ["registry.ci.openshift.org"]

    /// The form of the manifests at the destination; nil for the source's.
    public var format: RegistryClient.Format?
    /// What becomes of an index.
    public var indexTags = IndexTags.auto

    private let client: RegistryClient
    private let reporter: Reporter

    /// Copies with these options.
    public init(registry: RegistryOptions, reporter: Reporter) {
        client = RegistryClient(registry)
        self.reporter = reporter
    }

    /// Copies tags of one repository to another.
    ///
    /// - Returns: what was made, with its digest.
    /// - Throws: ``PipelineError``, `ContainerImageError`, `RegistryError`.
    public func run(from source: String, to destination: String, tags: [String]) async throws -> [ImageReference] {
        let source = try Self.repository(source)
        let destination = try Self.repository(destination)
        let splits =
            switch indexTags {
            case .always: true
            case .never: false
            case .auto: Self.withoutIndexes.contains { destination.repository.hasPrefix($0 + "/") }
            }
        var made: [ImageReference] = []
        for tag in tags {
            var copies = [(source.tagged(tag), tag)]
            if splits {
                let images = try await client.images(of: source.tagged(tag))
                if !images.isEmpty { copies = images.map { (source.pinned($0.digest), "\(tag)-\($0.architecture)") } }
            }
            for (reference, newTag) in copies {
                let target = destination.tagged(newTag)
                let digest = try await reporter.step("Copying \(reference) to \(target)") {
                    try await client.copy(
                        reference.transport, to: target.transport, format: format, all: true, sign: true)
                }
                var result = target
                result.digest = digest
                made.append(result)
            }
        }
        return made
    }

    private static func repository(_ text: String) throws -> ImageReference {
        let reference = try ImageReference(text)
        guard reference.tag == nil, reference.digest == nil else {
            throw PipelineError("Invalid repo '\(text)': use --tag to provide tags")
        }
        return reference
    }
}
