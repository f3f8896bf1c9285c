import CSQLite
import SystemPackage

/// A failure reported by sqlite.
public struct SQLiteError: Error, Sendable, CustomStringConvertible {
    /// The database's path.
    public let path: FilePath
    /// The statement that failed; empty when the database could not be opened.
    public let statement: String
    /// sqlite's message.
    public let message: String

    /// One line: the database, the statement, the reason.
    public var description: String {
        statement.isEmpty ? "cannot open \(path): \(message)" : "\(path): \(statement) failed: \(message)"
    }
}

/// An open sqlite database; belongs to one thread.
public final class Database {
    private let pointer: OpaquePointer
    private let path: FilePath

    /// Opens an existing database for writing.
    ///
    /// - Throws: ``SQLiteError`` where it cannot be opened.
    public init(_ path: FilePath) throws(SQLiteError) {
        var pointer: OpaquePointer?
        let status = sqlite3_open_v2(path.string, &pointer, SQLITE_OPEN_READWRITE, nil)
        guard status == SQLITE_OK, let pointer else {
            let message = String(cString: sqlite3_errstr(status))
            sqlite3_close(pointer)
            throw SQLiteError(path: path, statement: "", message: message)
        }
        self.pointer = pointer
        self.path = path
    }

    deinit { sqlite3_close(pointer) }

    /// Runs statements and drops their rows.
    ///
    /// - Throws: ``SQLiteError`` with sqlite's message.
    public func execute(_ statement: String) throws(SQLiteError) {
        guard sqlite3_exec(pointer, statement, nil, nil, nil) == SQLITE_OK else {
            throw SQLiteError(path: path, statement: statement, message: String(cString: sqlite3_errmsg(pointer)))
        }
    }
}
