import SystemPackage

/// Why an image could not be made or read. Failures of a library come as that library's error.
public enum ContainerImageError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The commit or ref is not in the repository.
    case noCommit(String, repository: FilePath)
    /// A key that shall become a label is not in the commit's metadata.
    case noCommitMetadata(String)
    /// A level that the compressor does not have.
    case badCompressionLevel(String, Int, allowed: ClosedRange<Int32>)
    /// The base of an image's configuration is not what it should be.
    case badConfiguration(FilePath, reason: String)
    /// A file that should be an image's manifest is none.
    case badManifest(FilePath)
    /// Fewer layers are allowed than an image needs.
    case tooFewLayers(Int, minimum: Int)
    /// A file could not be read or written.
    case file(FilePath, operation: String, Errno)
    /// What is no image, or none that can be read here.
    case unreadable(String, reason: String)
    /// The image holds no operating system that can be imported.
    case noOSTreeCommit(String, reason: String)
    /// Bytes are not what their digest says.
    case damaged(String, what: String, expected: String, actual: String)
    /// A blob is cut short, or cannot be decompressed or read as tar.
    case damagedBlob(String, blob: String, reason: String)
    /// A layer holds something that is no part of the format or that a commit cannot hold.
    case badMember(String, layer: String, member: String, reason: String)
    /// Not every object of the commit is in the image.
    case incomplete(String, commit: String, missing: String)
    /// The image is for other processors, in OCI's words.
    case otherArchitecture(String, has: [String], wanted: String)
    /// The name of an image cannot be one.
    case badReference(String, reason: String)
    /// Two images of an index are for the same processor.
    case sameArchitecture(String, String, String)

    /// One line: what failed, why, and what to do where that is known.
    public var description: String {
        switch self {
        case .noCommit(let commit, let repository):
            "there is no commit \(commit) in \(repository); `ostree refs --repo=\(repository)` lists what there is"
        case .noCommitMetadata(let key): "Could not find commit metadata key: \(key)"
        case .badCompressionLevel(let compressor, let level, let allowed):
            "\(compressor) has no level \(level); it has \(allowed.lowerBound) (fast) to \(allowed.upperBound) (small)"
        case .badConfiguration(let path, let reason): "cannot use the image configuration \(path): \(reason)"
        case .badManifest(let path): "\(path) is no OCI image manifest"
        case .tooFewLayers(let count, let minimum):
            "an image of \(count) layers is too small: the commit, the initramfs, the package database, unpackaged "
                + "files, packages and named components need \(minimum) at least"
        case .file(let path, let operation, let errno): "cannot \(operation) \(path): \(errno)"
        case .unreadable(let image, let reason): "cannot read the image \(image): \(reason)"
        case .noOSTreeCommit(let image, let reason): "\(image) holds no OSTree commit: \(reason)"
        case .damaged(let image, let what, let expected, let actual):
            "\(image) is damaged: \(what) should have the digest \(expected) and has \(actual); get it again"
        case .damagedBlob(let image, let blob, let reason):
            "\(image) is damaged: blob \(blob): \(reason); get it again"
        case .badMember(let image, let layer, let member, let reason):
            "\(image) cannot be imported: \(member) in layer \(layer): \(reason)"
        case .incomplete(let image, let commit, let missing):
            "\(image) cannot be imported: the object \(missing) of commit \(commit) is in none of its layers"
        case .otherArchitecture(let image, let has, let wanted):
            "\(image) is for \(has.joined(separator: ", ")) and not for \(wanted); name the image for \(wanted), or "
                + "the other architecture with --arch"
        case .sameArchitecture(let first, let second, let architecture):
            "\(first) and \(second) are both for \(architecture); an index has one image for each architecture"
        case .badReference(let text, let reason): "\(text) is no image reference: \(reason)"
        }
    }
}

/// Runs a system call and says which file it was about.
func describing<Result>(_ operation: String, _ path: FilePath, _ body: () throws -> Result) throws -> Result {
    do {
        return try body()
    } catch let errno as Errno {
        throw ContainerImageError.file(path, operation: operation, errno)
    }
}
