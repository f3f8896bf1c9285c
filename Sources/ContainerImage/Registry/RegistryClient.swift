import HostSystem
import SystemPackage

/// Copies images between registries, archives and folders. skopeo does the work: it knows every registry's ways.
public struct RegistryClient: Sendable {
    /// The form of manifests at the destination.
    public enum Format: String, Sendable, CaseIterable {
        /// OCI image manifests.
        case oci
        /// Docker's version 2, schema 2: annotations are lost.
        case v2s2
    }

    private let options: RegistryOptions

    /// A client with these options.
    public init(_ options: RegistryOptions = RegistryOptions()) { self.options = options }

    /// Copies an image, or with `all` every image of an index.
    ///
    /// - Parameters:
    ///   - source: what to copy, as containers-transports(5) names it.
    ///   - destination: where to, named in the same way.
    ///   - format: the form of the manifest there; nil for the source's.
    ///   - preserveDigests: true fails rather than convert anything.
    ///   - sign: whether what is pushed is signed with the key of the options.
    /// - Returns: the digest of the manifest (or the index) at the destination: `sha256:` and 64 hex digits.
    /// - Throws: ``RegistryError``, and `CommandError` where skopeo cannot be started.
    @discardableResult
    public func copy(
        _ source: String, to destination: String, format: Format? = nil, all: Bool = false,
        preserveDigests: Bool = false, sign: Bool = false
    ) async throws -> String {
        try await FolderGuard.withFolder { folder in
            let digest = folder.appending("digest")
            var arguments = options.global + ["copy", "--quiet", "--digestfile", digest.string] + options.copy
            if all { arguments.append("--all") }
            if preserveDigests { arguments.append("--preserve-digests") }
            if let format { arguments += ["--format", format.rawValue] }
            if format == .v2s2 { arguments.append("--remove-signatures") }
            if sign { arguments += options.signing }
            try await skopeo(arguments + [source, destination], "copy \(source) to \(destination)")
            return String(decoding: try FileContent.read(digest), as: UTF8.self)
        }
    }

    /// The manifest or index that a reference names, byte for byte.
    ///
    /// - Throws: ``RegistryError``, and `CommandError` where skopeo cannot be started.
    public func manifest(of reference: String) async throws -> [UInt8] {
        try await skopeo(options.global + ["inspect", "--raw"] + options.inspect + [reference], "read \(reference)")
            .standardOutput
    }

    @discardableResult
    private func skopeo(_ arguments: [String], _ operation: String) async throws -> Command.Output {
        do {
            return try await Command("skopeo", arguments).run()
        } catch let error as CommandError where error.status != nil {
            throw RegistryError(operation, error, timeout: options.timeout)
        }
    }
}
