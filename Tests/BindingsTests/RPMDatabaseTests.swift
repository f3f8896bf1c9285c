import Foundation
import HostSystem
import RPM
import SQLite
import SystemPackage
import TestSupport
import Testing

@Suite("librpm: database")
struct RPMDatabaseTests {
    @Test("Equal packages and time give equal bytes, which rpm can read")
    func reproducible() async throws {
        let directory = try TemporaryDirectory()
        var headers: [PackageHeader] = []
        for name in ["a", "b"] {
            let package = RPMFixture(name, files: [.init("/usr/share/\(name)")])
            headers.append(try PackageArchive(try await package.build(in: directory.path)).header)
        }
        var digests: Set<String> = []
        for name in ["one", "two"] {
            let place = directory.appending(name)
            try FileManager.default.createDirectory(atPath: place.string, withIntermediateDirectories: false)
            try PackageDatabase.create(headers, in: place, time: 1_700_000_000)
            try Database(place.appending("rpmdb.sqlite")).execute("PRAGMA journal_mode=DELETE")
            digests.insert(try Digest.ofFile(place.appending("rpmdb.sqlite")))
        }
        #expect(digests.count == 1)
        let query = try await Command(
            "rpm", ["--dbpath", directory.appending("one").string, "-qa", "--qf", "%{name} %{installtime}\n"]
        ).run().text
        #expect(query.split(separator: "\n").sorted() == ["a 1700000000", "b 1700000001"])
    }

    @Test("What is in a database goes on into the next one as it is, in its order")
    func extended() async throws {
        let directory = try TemporaryDirectory()
        func header(_ name: String) async throws -> PackageHeader {
            try PackageArchive(try await RPMFixture(name).build(in: directory.path)).header
        }
        func make(_ name: String) throws -> FilePath {
            let place = directory.appending(name)
            try FileManager.default.createDirectory(atPath: place.string, withIntermediateDirectories: false)
            return place
        }
        let first = try make("first")
        try PackageDatabase.create([try await header("b"), try await header("a")], in: first, time: 100)
        let installed = try PackageDatabase.read(first)
        #expect(installed.map(\.name) == ["b", "a"])
        let second = try make("second")
        try PackageDatabase.create([try await header("c")], after: installed, in: second, time: 500)
        let query = try await Command(
            "rpm", ["--dbpath", second.string, "-qa", "--qf", "%{name} %{installtime} %{installtid}\n"]
        ).run().text
        #expect(query.split(separator: "\n").sorted() == ["a 101 100", "b 100 100", "c 500 500"])
    }

    @Test("A database that is not there is an error with its path")
    func missing() throws {
        #expect {
            _ = try Database("/no/such/rpmdb.sqlite")
        } throws: { "\($0)".hasPrefix("cannot open /no/such/rpmdb.sqlite: ") }
    }
}
