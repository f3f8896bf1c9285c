import Builds
import Foundation
import HostSystem
import SystemPackage
import TestSupport
import Testing

/// The bill of materials of a build.
@Suite struct BillOfMaterialsTests {
    @Test func aBuildHasOneInBothFormats() async throws {
        let workspace = try await Workspace()
        try await workspace.cosa("build", "--version", "7").succeeded()
        let directory = workspace.builds.appending("7").appending(Architecture.current)
        let bill = try #require(JSONFile.read(directory.appending(SideFile.name))["sbom"]?.object)
        #expect(bill.keys.sorted() == ["cyclonedx", "spdx"])
        let list = try #require(
            JSONFile.read(directory.appending(CommitMetadata.fileName))["rpmostree.rpmdb.pkglist"]?.array)
        let packages = Set(list.compactMap { $0.array?.first?.string })
        #expect(!packages.isEmpty)
        for (format, list) in [("spdx", "packages"), ("cyclonedx", "components")] {
            let entry = try #require(bill[format]?.object)
            let path = directory.appending(try #require(entry["path"]?.string))
            #expect(try Digest.ofFile(path) == entry["sha256"]?.string)
            let document = try JSONFile.read(path)
            let named = document[list]?.array?.compactMap { $0.object?["name"]?.string } ?? []
            #expect(packages.subtracting(named).isEmpty)
        }
    }
}
