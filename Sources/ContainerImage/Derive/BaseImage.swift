import SystemPackage

/// An image with an OSTree commit, as far as an image that is made on top of it has to know it.
public struct BaseImage: Sendable, Equatable {
    /// The OCI archive.
    public let archive: FilePath
    /// The digest of its manifest: `sha256:` and 64 hex digits.
    public let manifestDigest: String
    /// The commit's checksum.
    public let commit: String
    /// The labels.
    public let labels: [String: String]
    /// The processor in OCI's words, such as `amd64`.
    public let architecture: String
    /// When it was made, as RFC 3339 writes it.
    public let created: String?

    /// Reads the documents of an image.
    ///
    /// - Parameter basearch: the processor that it must be for, in RPM's words.
    /// - Throws: ``ContainerImageError``, also where the image holds no commit or has layers on top of it: then the
    ///   commit is not what a container of the image shows.
    public static func read(_ archive: FilePath, basearch: String) throws -> BaseImage {
        let (_, digest, configuration) = try OCIArchiveReader(path: archive).image()
        let labels = configuration.config?.labels ?? [:]
        guard let commit = labels[ImageLabels.commit], let finalDiffID = labels[ImageLabels.finalDiffID] else {
            throw ContainerImageError.noOSTreeCommit(
                archive, reason: "it lacks the labels \(ImageLabels.commit) and \(ImageLabels.finalDiffID)")
        }
        let wanted = OCIArchitecture.name(basearch: basearch)
        guard configuration.architecture == wanted else {
            throw ContainerImageError.otherArchitecture(archive, image: configuration.architecture, wanted: wanted)
        }
        let diffIDs = configuration.rootfs.diffIDs
        guard let last = diffIDs.firstIndex(of: finalDiffID) else {
            throw ContainerImageError.noOSTreeCommit(archive, reason: "none of its layers is \(finalDiffID)")
        }
        guard last == diffIDs.count - 1 else {
            throw ContainerImageError.derivedLayers(archive, count: diffIDs.count - 1 - last)
        }
        return BaseImage(
            archive: archive, manifestDigest: digest, commit: commit, labels: labels,
            architecture: configuration.architecture, created: configuration.created)
    }

    /// The version, where the image has one.
    public var version: String? { labels[ImageLabels.version] }

    /// The name of the label that holds an image's version.
    public static var versionLabel: String { ImageLabels.version }

    /// A path of a commit as a container shows it: `usr/etc` is `etc`.
    public static func containerPath(_ path: String) -> String { RepositoryLayout.containerPath(path) }
}
