import Foundation
import HostSystem
import OSTree
import SystemPackage
import TestSupport
import Testing

@testable import NodeImage

@Suite struct NodeBaseTests {
    @Test(arguments: [
        ("ID=rhel\nVERSION_ID=\"9.6\"\n", "rhel-9.6"), ("ID='debian'\n# VERSION_ID=1\n\nVERSION_ID=12", "debian-12"),
        ("ID=arch\n", "arch"), ("VERSION_ID=3\n", nil),
    ])
    func theVariableOfTheBaseIsMadeOfItsRelease(text: String, expected: String?) async throws {
        let directory = try TemporaryDirectory()
        let fixture = try await OSTreeFixture(in: directory, files: ["usr/lib/os-release": Array(text.utf8)])
        let base = try NodeBase(repository: fixture.repository, commit: fixture.commit)
        #expect(base.osversion == expected)
    }

    @Test func aBaseWithoutADatabaseIsRefused() async throws {
        let directory = try TemporaryDirectory()
        let fixture = try await OSTreeFixture(in: directory)
        let base = try NodeBase(repository: fixture.repository, commit: fixture.commit)
        let error = #expect(throws: NodeImageError.self) {
            try base.packages(scratch: directory.appending("scratch"))
        }
        #expect(
            error?.description
                == "the base commit \(fixture.commit) cannot be added to: it has no package database "
                + "/usr/share/rpm/rpmdb.sqlite; compose it with `rpmdb: sqlite`")
    }

    @Test func aDatabaseThatIsNoneIsRefused() async throws {
        let directory = try TemporaryDirectory()
        let fixture = try await OSTreeFixture(
            in: directory, files: ["usr/share/rpm/rpmdb.sqlite": Array("no database".utf8)])
        let base = try NodeBase(repository: fixture.repository, commit: fixture.commit)
        let scratch = directory.appending("scratch")
        let error = #expect(throws: (any Error).self) { try base.packages(scratch: scratch) }
        #expect("\(try #require(error))".hasPrefix("cannot read the package database \(scratch): "))
        #expect(!FileContent.exists(scratch))
    }
}
