import CSolv
import Glibc
import SystemPackage

/// The packages of one repository within a pool, which it keeps alive.
public struct SolvRepository {
    /// The repository's name.
    public let name: String
    let pointer: UnsafeMutablePointer<Repo>
    private let pool: SolvPool

    init(name: String, pointer: UnsafeMutablePointer<Repo>, pool: SolvPool) {
        self.name = name
        self.pointer = pointer
        self.pool = pool
    }

    /// Which part of the metadata a file holds.
    public enum Part: Sendable {
        /// Names, versions, dependencies and the files in well-known places.
        case primary
        /// All file names; extends packages that are loaded already.
        case filelists
    }

    /// Reads `primary.xml` or `filelists.xml`, compressed or not.
    ///
    /// - Throws: ``SolvError``.
    public func loadMetadata(_ path: FilePath, _ part: Part) throws(SolvError) {
        guard let file = solv_xfopen(path.string, "r") else { throw unreadable(path) }
        defer { fclose(file) }
        let status =
            switch part {
            case .primary: repo_add_rpmmd(pointer, file, nil, 0)
            case .filelists: repo_add_rpmmd(pointer, file, "FL", REPO_EXTEND_SOLVABLES)
            }
        guard status == 0 else {
            throw SolvError(operation: "read \(path)", message: pool.lastMessage)
        }
    }

    /// Reads what ``writeCache(_:_:)`` wrote.
    ///
    /// - Throws: ``SolvError``; the repository is empty then or lacks the part.
    public func loadCache(_ path: FilePath, _ part: Part) throws(SolvError) {
        guard let file = fopen(path.string, "r") else { throw unreadable(path) }
        defer { fclose(file) }
        let status = repo_add_solv(pointer, file, part == .primary ? 0 : REPO_EXTEND_SOLVABLES)
        guard status == 0 else {
            if part == .primary { repo_empty(pointer, 1) }
            throw SolvError(operation: "read \(path)", message: pool.lastMessage)
        }
    }

    /// Writes what was loaded last in libsolv's own format, which reads about ten times faster.
    ///
    /// - Throws: ``SolvError``.
    public func writeCache(_ path: FilePath, _ part: Part) throws(SolvError) {
        guard let file = fopen(path.string, "w") else { throw unreadable(path) }
        let status: Int32
        switch part {
        case .primary: status = repo_write(pointer, file)
        case .filelists: status = repodata_write(repo_last_repodata(pointer), file)
        }
        guard fclose(file) == 0, status == 0 else {
            throw SolvError(operation: "write \(path)", message: pool.lastMessage)
        }
    }

    /// All packages.
    public var packages: [SolvPackage] {
        (pointer.pointee.start..<pointer.pointee.end)
            .filter { pool.solvable($0).pointee.repo == pointer }
            .map { SolvPackage(id: $0, pool: pool) }
    }

    private func unreadable(_ path: FilePath) -> SolvError {
        SolvError(operation: "open \(path)", message: "\(Errno(rawValue: errno))")
    }
}
