import CSolv
import Glibc
import RPM

/// All packages that a solver may choose from. Belongs to one thread at a time.
public final class SolvPool {
    let pointer: UnsafeMutablePointer<Pool>
    private var considered: UnsafeMutablePointer<Map>?
    /// The repositories, in the order in which they were added.
    public var repositories: [SolvRepository] {
        added.map { SolvRepository(name: String(cString: $0.pointee.name), pointer: $0, pool: self) }
    }
    private var added: [UnsafeMutablePointer<Repo>] = []

    /// The version of libsolv; its cache files are readable by this version only for sure.
    public static var libraryVersion: String { LIBSOLV_VERSION_STRING }

    /// An empty pool of RPM packages for an architecture such as `x86_64`.
    public init(arch: String) {
        pointer = pool_create()
        pool_setdisttype(pointer, DISTTYPE_RPM)
        pool_setarch(pointer, arch)
    }

    deinit {
        if let considered {
            map_free(considered)
            considered.deallocate()
        }
        pool_free(pointer)
    }

    /// Adds an empty repository.
    ///
    /// - Parameters:
    ///   - priority: the higher one wins, whatever the versions.
    ///   - subpriority: among equal packages of equal priority the higher one wins.
    public func addRepository(_ name: String, priority: Int, subpriority: Int) -> SolvRepository {
        let repository: UnsafeMutablePointer<Repo> = repo_create(pointer, name)
        repository.pointee.priority = Int32(priority)
        repository.pointee.subpriority = Int32(subpriority)
        added.append(repository)
        return SolvRepository(name: name, pointer: repository, pool: self)
    }

    /// Adds the packages of an installed system; a solution holds them as they are (``solve(installing:weakDependencies:)``).
    ///
    /// - Throws: ``SolvError`` where libsolv refuses a header.
    public func addInstalled(_ headers: [PackageHeader], name: String) throws(SolvError) {
        let repository = addRepository(name, priority: 0, subpriority: 0)
        let state = rpm_state_create(pointer, nil)
        defer { rpm_state_free(state) }
        for header in headers {
            // The handle belongs to the state.
            guard let handle = rpm_byrpmh(state, header.pointer),
                repo_add_rpm_handle(repository.pointer, handle, REPO_REUSE_REPODATA | REPO_NO_INTERNALIZE) != 0
            else { throw SolvError(operation: "read the header of \(header.nevra)", message: lastMessage) }
        }
        repo_internalize(repository.pointer)
        pool_set_installed(pointer, repository.pointer)
    }

    /// Indexes what provides what. Call it after loading and after excluding, before selecting and solving.
    public func prepare() {
        pool_addfileprovides(pointer)
        pool_createwhatprovides(pointer)
    }

    /// Takes packages out of the choice; ``prepare()`` comes after it.
    public func exclude(_ packages: [SolvPackage]) {
        guard !packages.isEmpty else { return }
        let map = considered ?? newMap()
        for package in packages { map_clr(map, package.id) }
    }

    private func newMap() -> UnsafeMutablePointer<Map> {
        let map = UnsafeMutablePointer<Map>.allocate(capacity: 1)
        map_init(map, pointer.pointee.nsolvables)
        map_setall(map)
        considered = map
        pointer.pointee.considered = map
        return map
    }

    func string(_ id: Id) -> String { String(cString: pool_id2str(pointer, id)) }

    var lastMessage: String { String(cString: pool_errstr(pointer)) }

    func solvable(_ id: Id) -> UnsafeMutablePointer<Solvable> { pointer.pointee.solvables + Int(id) }

    /// Compares two `[epoch:]version-release` texts as rpm does: below 0, 0 or above 0.
    public func compare(_ first: String, _ second: String) -> Int {
        Int(pool_evrcmp_str(pointer, first, second, Int32(EVRCMP_COMPARE)))
    }
}
