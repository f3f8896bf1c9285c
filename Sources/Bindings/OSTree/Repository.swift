import COSTree
import GLib
import SystemPackage

/// How a repository stores its objects (ostree-repo(5)).
public enum RepositoryMode: String, Sendable {
    /// Content as plain files, owners and xattrs in `user.ostreemeta`: needs no privilege.
    case bareUser = "bare-user"
    /// Content as plain files with their real owners: what a deployed system uses; needs root.
    case bare
    /// Compressed content for serving over HTTP.
    case archive

    var raw: OstreeRepoMode {
        switch self {
        case .bareUser: OSTREE_REPO_MODE_BARE_USER
        case .bare: OSTREE_REPO_MODE_BARE
        case .archive: OSTREE_REPO_MODE_ARCHIVE
        }
    }
}

/// An OSTree repository.
///
/// One handle may write objects from many threads inside one transaction; beginning and ending a transaction, and
/// setting refs, belong to one thread.
public final class Repository: @unchecked Sendable {
    /// The C object, for the other files of this binding.
    let pointer: OpaquePointer
    /// Where the repository is.
    public let path: FilePath

    /// Takes over one reference.
    init(taking pointer: OpaquePointer, path: FilePath) {
        self.pointer = pointer
        self.path = path
    }

    deinit { g_object_unref(UnsafeMutableRawPointer(pointer)) }

    /// Opens an existing repository.
    public static func open(_ path: FilePath) throws(GLibError) -> Repository {
        let repository = Repository(taking: withGFile(path.string) { ostree_repo_new($0) }, path: path)
        try checked("open the OSTree repository \(path)") { ostree_repo_open(repository.pointer, nil, $0) }
        return repository
    }

    /// Opens a repository, making it (and its parent directories) where it does not exist.
    public static func create(_ path: FilePath, mode: RepositoryMode) throws(GLibError) -> Repository {
        try checked("make the directory \(path)") { error in
            withGFile(path.string) { file in
                if g_file_query_exists(file, nil) != 0 { return 1 }
                return g_file_make_directory_with_parents(file, nil, error)
            }
        }
        let repository = Repository(taking: withGFile(path.string) { ostree_repo_new($0) }, path: path)
        try checked("make the OSTree repository \(path)") {
            ostree_repo_create(repository.pointer, mode.raw, nil, $0)
        }
        return repository
    }

    /// How its objects are stored; nil for a mode that this binding has no name for.
    public var mode: RepositoryMode? {
        let raw = ostree_repo_get_mode(pointer)
        return [.bareUser, .bare, .archive].first { $0.raw == raw }
    }

    /// Whether `fsync` is skipped when objects are written; a cache that can be rebuilt need not pay for it.
    public func disableFsync() { ostree_repo_set_disable_fsync(pointer, 1) }

    // MARK: Transactions

    /// Runs `body` in a transaction: committed when it returns, aborted when it throws.
    public func transaction<Result>(_ body: () throws -> Result) throws -> Result {
        try checked("begin a transaction in \(path)") {
            ostree_repo_prepare_transaction(pointer, nil, nil, $0)
        }
        do {
            let result = try body()
            try checked("commit the transaction in \(path)") {
                ostree_repo_commit_transaction(pointer, nil, nil, $0)
            }
            return result
        } catch {
            ostree_repo_abort_transaction(pointer, nil, nil)
            throw error
        }
    }

    /// Points `ref` at a commit when the running transaction is committed; nil deletes the ref.
    public func transactionSetRef(_ ref: String, to commit: String?) {
        ostree_repo_transaction_set_ref(pointer, nil, ref, commit)
    }

    // MARK: Refs

    /// The commit that a ref (or an abbreviated checksum) names; nil when there is none.
    public func resolve(_ revision: String) throws(GLibError) -> String? {
        var result: UnsafeMutablePointer<CChar>?
        try checked("resolve \(revision) in \(path)") {
            ostree_repo_resolve_rev(pointer, revision, 1, &result, $0)
        }
        defer { g_free(result) }
        return result.map { String(cString: $0) }
    }

    /// All refs with the commits that they name.
    public func refs() throws(GLibError) -> [String: String] {
        var table: OpaquePointer?
        try checked("list the refs of \(path)") { ostree_repo_list_refs(pointer, nil, &table, nil, $0) }
        guard let table else { return [:] }
        defer { g_hash_table_unref(table) }
        var iterator = GHashTableIter()
        g_hash_table_iter_init(&iterator, table)
        var refs: [String: String] = [:]
        var key: gpointer?
        var value: gpointer?
        while g_hash_table_iter_next(&iterator, &key, &value) != 0 {
            guard let key, let value else { continue }
            refs[String(cString: key.assumingMemoryBound(to: CChar.self))] = String(
                cString: value.assumingMemoryBound(to: CChar.self))
        }
        return refs
    }

    // MARK: Reading objects

    /// A metadata object: commit, dirtree or dirmeta.
    public func load(_ type: MetadataType, _ checksum: String) throws(GLibError) -> Variant {
        var result: OpaquePointer?
        try checked("read \(type) \(checksum) of \(path)") {
            ostree_repo_load_variant(pointer, type.raw, checksum, &result, $0)
        }
        guard let result else { throw GLibError(operation: "read \(type) \(checksum)", consuming: nil) }
        return Variant(taking: result)
    }
}

/// The metadata object types that have a variant form.
public enum MetadataType: String, Sendable {
    case commit, dirtree, dirmeta

    var raw: OstreeObjectType {
        switch self {
        case .commit: OSTREE_OBJECT_TYPE_COMMIT
        case .dirtree: OSTREE_OBJECT_TYPE_DIR_TREE
        case .dirmeta: OSTREE_OBJECT_TYPE_DIR_META
        }
    }
}
