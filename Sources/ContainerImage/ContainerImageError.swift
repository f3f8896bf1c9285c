import SystemPackage

/// Why an image could not be made or read. Failures of a library come as that library's error.
public enum ContainerImageError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The commit or ref is not in the repository.
    case noCommit(String, repository: FilePath)
    /// Fewer layers are allowed than an image needs.
    case tooFewLayers(Int, minimum: Int)
    /// A file could not be read or written.
    case file(FilePath, operation: String, Errno)
    /// The archive is not an OCI archive that can be read here.
    case unreadable(FilePath, reason: String)
    /// The image does not hold an OSTree commit.
    case noOSTreeCommit(FilePath, reason: String)
    /// There are layers after the one that ends the OSTree part.
    case derivedLayers(FilePath, count: Int)
    /// Bytes are not what their digest says.
    case damaged(FilePath, what: String, expected: String, actual: String)
    /// A layer holds something that is no part of the format.
    case badMember(FilePath, layer: String, member: String, reason: String)
    /// Not every object of the commit is in the image.
    case incomplete(FilePath, commit: String, missing: String)
    /// The name of an image cannot be one.
    case badReference(String, reason: String)
    /// Two images of an index are for the same processor.
    case sameArchitecture(String, String, String)

    /// One line: what failed, why, and what to do where that is known.
    public var description: String {
        switch self {
        case .noCommit(let commit, let repository):
            "there is no commit \(commit) in \(repository); `ostree refs --repo=\(repository)` lists what there is"
        case .tooFewLayers(let count, let minimum):
            "an image of \(count) layers is too small: the commit, the initramfs, unpackaged files and packages need "
                + "\(minimum) at least"
        case .file(let path, let operation, let errno): "cannot \(operation) \(path): \(errno)"
        case .unreadable(let path, let reason): "cannot read the OCI archive \(path): \(reason)"
        case .noOSTreeCommit(let path, let reason): "\(path) holds no OSTree commit: \(reason)"
        case .derivedLayers(let path, let count):
            "\(path) has \(count) layer\(count == 1 ? "" : "s") on top of its OSTree commit; images derived from an "
                + "OSTree image cannot be imported yet: import the image that it was derived from"
        case .damaged(let path, let what, let expected, let actual):
            "\(path) is damaged: \(what) should have the digest \(expected) and has \(actual); get it again"
        case .badMember(let path, let layer, let member, let reason):
            "\(path) cannot be imported: \(member) in layer \(layer): \(reason)"
        case .incomplete(let path, let commit, let missing):
            "\(path) cannot be imported: the object \(missing) of commit \(commit) is in none of its layers"
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
