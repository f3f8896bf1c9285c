import HostSystem
import SQLite
import TestSupport
import Testing

@Suite("SQLite")
struct SQLiteTests {
    /// An empty file is an empty database.
    private func database(_ directory: TemporaryDirectory) throws -> Database {
        try Database(directory.write("", to: "db"))
    }

    @Test("A database that is not there is not made")
    func missing() throws {
        let directory = try TemporaryDirectory()
        let path = directory.appending("db")
        let error = #expect(throws: SQLiteError.self) { try Database(path) }
        #expect(error?.description == "cannot open \(path): unable to open database file")
        #expect(!FileContent.exists(path))
    }

    @Test("A statement that fails is named with the library's reason")
    func failure() throws {
        let directory = try TemporaryDirectory()
        let database = try database(directory)
        try database.execute("CREATE TABLE a (b)")
        let error = #expect(throws: SQLiteError.self) { try database.execute("DROP TABLE none") }
        #expect(error?.description == "\(directory.appending("db")): DROP TABLE none failed: no such table: none")
    }

    @Test("A database that is let go is closed: its write-ahead log is gone, and its locks are")
    func closing() throws {
        let directory = try TemporaryDirectory()
        do {
            let database = try database(directory)
            try database.execute("PRAGMA journal_mode=WAL")
            try database.execute("CREATE TABLE a (b)")
            #expect(FileContent.exists(directory.appending("db-wal")))
        }
        #expect(FileContent.names(in: directory.path) == ["db"])
    }
}
