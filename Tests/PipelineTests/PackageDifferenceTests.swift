import Builds
import Testing

@testable import Pipeline

@Suite struct PackageDifferenceTests {
    private func package(_ name: String, _ version: String, epoch: Int = 0) -> GeneratedLockfile.Package {
        GeneratedLockfile.Package(
            name: name, epoch: epoch, version: version, release: "1", arch: "noarch", sourceRPM: nil)
    }

    @Test func kindsOfChanges() {
        let difference = PackageDifference(
            from: [package("gone", "1"), package("same", "1"), package("up", "1.9"), package("down", "2")],
            to: [package("same", "1"), package("up", "1.10"), package("down", "1"), package("new", "1")])
        #expect(difference.changes.map(\.name) == ["down", "gone", "new", "up"])
        #expect(difference.changes.map(\.kind) == [.downgraded, .removed, .added, .upgraded])
    }

    @Test func anEpochWinsOverAVersion() {
        let difference = PackageDifference(from: [package("a", "9")], to: [package("a", "1", epoch: 1)])
        #expect(difference.changes.map(\.kind) == [.upgraded])
    }

    @Test func theFormThatOtherToolsRead() {
        let difference = PackageDifference(from: [package("a", "1")], to: [package("a", "2", epoch: 3)])
        let text = difference.json.prettyPrinted.filter { !$0.isWhitespace }
        let expected =
            #"[["a",2,{"PreviousPackage":["a","1-1","noarch"],"NewPackage":["a","3:2-1","noarch"]}]]"#
        #expect(text == expected)
    }
}
