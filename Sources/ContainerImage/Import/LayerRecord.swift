import GLib
import OSTree

/// A layer in a repository: a commit whose tree is what the layer holds, and whose metadata says the rest. With it, a
/// later import need not read the layer.
struct LayerRecord {
    enum Kind: String {
        /// The metadata objects of an OSTree commit; the tree is empty, and the record's parent is that commit.
        case commit
        /// Content objects of an OSTree commit; the tree has each of them by its checksum.
        case objects
        /// Files and whiteouts, in their places.
        case tree
    }

    /// What a name stands for that the layer itself does not hold.
    enum Target: Equatable {
        /// A file of a layer below.
        case path([String])
        /// A content object of the base commit.
        case object(String)
    }

    struct Link: Equatable {
        let path: [String]
        let target: Target
    }

    let commit: String
    let kind: Kind
    /// The digest of the layer's tar stream.
    let diffID: String
    /// Directories that have entries but no owner and mode of their own.
    let unnamed: Set<[String]>
    let links: [Link]
    /// The OSTree commit in the layer.
    let held: String?

    private static let kindKey = "container.layer.kind"
    private static let diffIDKey = "container.layer.diffid"
    private static let unnamedKey = "container.layer.unnamed-directories"
    private static let linksKey = "container.layer.links"
    private static let commitKey = "container.layer.commit"

    /// Reads a record; nil for a commit that is none.
    init?(_ commit: String, in repository: Repository) throws(GLibError) {
        guard try repository.contains(.commit, commit) else { return nil }
        let metadata = try repository.commit(commit).metadata
        guard let kind = metadata[Self.kindKey]?.string.flatMap(Kind.init),
            let diffID = metadata[Self.diffIDKey]?.string
        else { return nil }
        self.commit = commit
        self.kind = kind
        self.diffID = diffID
        held = metadata[Self.commitKey]?.string
        unnamed = Set((metadata[Self.unnamedKey]?.children ?? []).map { Self.parts($0.string ?? "") })
        links = (metadata[Self.linksKey]?.children ?? []).map { link in
            let target = link[2].string ?? ""
            return Link(
                path: Self.parts(link[0].string ?? ""),
                target: link[1].boolean == true ? .object(target) : .path(Self.parts(target)))
        }
    }

    /// Writes the record of a layer with files.
    init(_ tree: LayerTree, diffID: String, to repository: Repository) throws {
        let root = try tree.write(to: repository)
        kind = .tree
        held = nil
        self.diffID = diffID
        unnamed = Set(root.unnamed)
        links = tree.links
        let links = links.map { link -> Variant in
            let (isObject, target) =
                switch link.target {
                case .object(let checksum): (true, checksum)
                case .path(let parts): (false, parts.joined(separator: "/"))
                }
            return .tuple([.string(link.path.joined(separator: "/")), .boolean(isObject), .string(target)])
        }
        let metadata: [String: Variant] = [
            Self.kindKey: .string(kind.rawValue), Self.diffIDKey: .string(diffID),
            Self.unnamedKey: .strings(root.unnamed.map { $0.joined(separator: "/") }),
            Self.linksKey: .array(of: "(sbs)", links),
        ]
        commit = try repository.writeCommit(
            repository.root(contents: root.contents, metadata: root.metadata), metadata: .dictionary(metadata), time: 0)
    }

    /// Writes the record of a layer with objects.
    ///
    /// - Parameter held: the commit that is among them.
    init(objects: Set<String>, commit held: String?, diffID: String, to repository: Repository) throws {
        kind = held == nil ? .objects : .commit
        self.diffID = diffID
        self.held = held
        unnamed = []
        links = []
        let directory = try repository.writeDirectoryMetadata(FileAttributes(permissions: 0o755))
        var shards: [String: (contents: String, metadata: String)] = [:]
        for (shard, checksums) in Dictionary(grouping: objects, by: { String($0.prefix(2)) }) {
            let files = Dictionary(uniqueKeysWithValues: checksums.map { (String($0.dropFirst(2)), $0) })
            shards[shard] = (try repository.writeDirectory(files: files, directories: [:]), directory)
        }
        let contents = try repository.writeDirectory(files: [:], directories: shards)
        var metadata: [String: Variant] = [
            Self.kindKey: .string(kind.rawValue), Self.diffIDKey: .string(diffID),
        ]
        metadata[Self.commitKey] = held.map { .string($0) }
        commit = try repository.writeCommit(
            repository.root(contents: contents, metadata: directory), parent: held, metadata: .dictionary(metadata),
            time: 0)
    }

    private static func parts(_ path: String) -> [String] { path.split(separator: "/").map(String.init) }
}
