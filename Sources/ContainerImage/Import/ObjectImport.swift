import LibArchive
import OSTree

/// Writes the objects that a layer holds into a repository; everything else in the layer is another name for one.
struct ObjectImport {
    /// What errors call the image.
    let image: String
    let repository: Repository
    /// The digest of the layer that is being read, for errors.
    var layer = "" {
        didSet {
            contents = []
            commit = nil
        }
    }
    /// The content objects of the layer that is being read.
    private(set) var contents: Set<String> = []
    /// The commit in the layer that is being read.
    private(set) var commit: String?
    /// The commits of all layers in their serialised form. They are written by ``writeCommits()``: what an import that
    /// breaks off has staged is taken over by the next transaction, and commits without their trees must not be in it.
    private(set) var commits: [String: [UInt8]] = [:]

    /// Attributes by the path of the member that held them: images made before late 2025 share them by hard links.
    private var sharedAttributes: [String: [UInt8]] = [:]
    /// The attributes of the object that comes next.
    private var pending: (checksum: String, attributes: [UInt8])?

    /// OSTREE_MAX_METADATA_SIZE of current libostree.
    private static let metadataLimit = 128 << 20
    /// What ostree-ext accepts, and far above what filesystems do.
    private static let attributesLimit = 1 << 20

    init(image: String, repository: Repository) {
        self.image = image
        self.repository = repository
    }

    /// Takes a member.
    mutating func add(_ member: ArchiveEntry, _ archive: ArchiveReader) throws {
        let name = member.path.hasPrefix("./") ? String(member.path.dropFirst(2)) : member.path
        guard member.kind != .directory, let object = Self.parse(name) else {
            if member.kind != .directory, name.hasPrefix(RepositoryLayout.objectsPath + "/") {
                throw bad(member, "this is no OSTree object")
            }
            return
        }
        switch object.suffix {
        case "commit", "dirtree", "dirmeta":
            guard let type = MetadataType(rawValue: object.suffix), member.kind == .regular else {
                throw bad(member, "a metadata object must be a regular file")
            }
            let bytes = try archive.readAll(limit: Self.metadataLimit)
            guard type == .commit else {
                try repository.importMetadata(type, object.checksum, bytes: bytes)
                return
            }
            commit = object.checksum
            commits[object.checksum] = bytes
        case "commitmeta":
            let bytes = try archive.readAll(limit: Self.metadataLimit)
            try repository.importDetachedMetadata(of: object.checksum, bytes: bytes)
        case "file-xattrs":
            sharedAttributes[name] = try archive.readAll(limit: Self.attributesLimit)
        case "file-xattrs-link":
            pending = (object.checksum, try attributes(member, archive))
        case "file":
            try addContent(object.checksum, member, archive)
        default:
            throw bad(member, "objects of type \(object.suffix) are not known")
        }
    }

    /// Writes the commits, when all that they need is there.
    func writeCommits() throws {
        for (checksum, bytes) in commits { try repository.importMetadata(.commit, checksum, bytes: bytes) }
    }

    private func attributes(_ member: ArchiveEntry, _ archive: ArchiveReader) throws -> [UInt8] {
        switch member.kind {
        case .regular: return try archive.readAll(limit: Self.attributesLimit)
        case .hardlink(let target):
            let name = target.hasPrefix("./") ? String(target.dropFirst(2)) : target
            guard let shared = sharedAttributes[name] else { throw bad(member, "\(target) did not come before it") }
            return shared
        default: throw bad(member, "extended attributes must be a regular file or a hard link")
        }
    }

    private mutating func addContent(_ checksum: String, _ member: ArchiveEntry, _ archive: ArchiveReader) throws {
        guard let attributes = pending, attributes.checksum == checksum else {
            throw bad(member, "its extended attributes did not come before it")
        }
        pending = nil
        contents.insert(checksum)
        if try repository.contains(content: checksum) { return }
        switch member.kind {
        case .symlink(let target):
            try repository.importSymlink(
                checksum, target: target, uid: member.uid, gid: member.gid,
                extendedAttributes: attributes.attributes)
        case .regular:
            try repository.importRegularFile(
                checksum, uid: member.uid, gid: member.gid, mode: member.mode, size: member.size,
                extendedAttributes: attributes.attributes, read: archive.read(into:))
        default: throw bad(member, "a content object must be a regular file or a symbolic link")
        }
    }

    private func bad(_ member: ArchiveEntry, _ reason: String) -> ContainerImageError {
        .badMember(image, layer: layer, member: member.path, reason: reason)
    }

    /// The checksum and the type of an object by its path in a layer; nil where it is none.
    static func parse(_ path: String) -> (checksum: String, suffix: String)? {
        let prefix = RepositoryLayout.objectsPath + "/"
        guard path.hasPrefix(prefix),
            let match = path.dropFirst(prefix.count).wholeMatch(of: /([0-9a-f]{2})\/([0-9a-f]{62})\.([a-z-]+)/)
        else { return nil }
        return (String(match.1 + match.2), String(match.3))
    }
}
