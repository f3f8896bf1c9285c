import CSolv

/// One package of a pool; valid as long as the pool.
public struct SolvPackage {
    let id: Id
    let pool: SolvPool

    private var solvable: UnsafeMutablePointer<Solvable> { pool.solvable(id) }

    /// A number that identifies the package in its pool.
    public var identifier: Int { Int(id) }
    /// The name.
    public var name: String { pool.string(solvable.pointee.name) }
    /// `[epoch:]version-release`
    public var evr: String { pool.string(solvable.pointee.evr) }
    /// The architecture.
    public var arch: String { pool.string(solvable.pointee.arch) }
    /// The repository's name.
    public var repository: String { String(cString: solvable.pointee.repo.pointee.name) }
    /// The size of the .rpm in bytes.
    public var downloadSize: Int64 {
        Int64(truncatingIfNeeded: solvable_lookup_num(solvable, SOLVABLE_DOWNLOADSIZE.id, 0))
    }
    /// When it was built, in seconds since 1970.
    public var buildTime: Int64 { Int64(truncatingIfNeeded: solvable_lookup_num(solvable, SOLVABLE_BUILDTIME.id, 0)) }
    /// The file name of the source package.
    public var sourcePackage: String? { solvable_lookup_sourcepkg(solvable).map { String(cString: $0) } }
    /// The path of the .rpm below the repository's base URL.
    public var location: String { solvable_get_location(solvable, nil).map { String(cString: $0) } ?? "" }
    /// A base URL of its own (`xml:base`).
    public var baseURL: String? { solvable_lookup_str(solvable, SOLVABLE_MEDIABASE.id).map { String(cString: $0) } }

    /// The checksum of the .rpm as `<type>:<hex>`, such as `sha256:…`.
    public var checksum: String? {
        var type: Id = 0
        guard let hex = solvable_lookup_checksum(solvable, SOLVABLE_CHECKSUM.id, &type),
            let name = solv_chksum_type2str(type)
        else { return nil }
        return "\(String(cString: name)):\(String(cString: hex))"
    }

    /// Whether this is a package of the installed system (``SolvPool/addInstalled(_:name:)``).
    public var isInstalled: Bool { solvable.pointee.repo == pool.pointer.pointee.installed }

    /// Whether this is a source package.
    public var isSource: Bool { arch == "src" || arch == "nosrc" }

    /// The dependencies of a kind, as ids of the pool.
    func dependencies(_ kind: solv_knownid) -> [Id] {
        withQueue { queue in
            solvable_lookup_deparray(solvable, kind.id, queue, -1)
            return queue.ids
        }
    }
}
