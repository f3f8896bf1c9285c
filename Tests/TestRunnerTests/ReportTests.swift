import Foundation
import HostSystem
import SystemPackage
import Testing

@testable import TestRunner

@Suite struct ReportTests {
    private let report = RunReport(
        platform: "qemu", version: "1.2",
        results: [
            TestResult(name: "z", outcome: .fail, duration: .milliseconds(1500), output: "say \"no\"\nline/2"),
            TestResult(
                name: "a", outcome: .pass, duration: .nanoseconds(7), output: "",
                subtests: [TestResult(name: "a/b", outcome: .pass, duration: .zero, output: "")]),
            TestResult(name: "k", outcome: .warn, duration: .zero, output: ""),
        ])

    @Test func jsonIsKolas() throws {
        #expect(
            report.json
                == #"{"tests":[{"name":"a","subtests":[{"name":"a/b","subtests":null,"result":"PASS","duration":0,"#
                + #""output":""}],"result":"PASS","duration":7,"output":""},"#
                + #"{"name":"k","subtests":null,"result":"WARN","duration":0,"output":""},"#
                + #"{"name":"z","subtests":null,"result":"FAIL","duration":1500000000,"output":"say \"no\"\nline/2"}],"#
                + #""result":"FAIL","platform":"qemu","version":"1.2"}"# + "\n")
    }

    @Test func tapHasAPlanAndNoNumbers() {
        #expect(report.tap == "1..3\nok - a\nok - k\nnot ok - z\n")
    }

    @Test func knownFailuresDoNotFailTheRun() {
        let warned = RunReport(
            platform: "qemu", version: "", results: [TestResult(name: "k", outcome: .warn, duration: .zero, output: "")]
        )
        #expect(warned.outcome == .warn)
        #expect(warned.json.contains(#""result":"PASS","platform""#))
    }

    @Test func linesAreThoseOfGosTests() {
        let result = TestResult(name: "basic", outcome: .fail, duration: .milliseconds(26_325), output: "why\nmore")
        #expect(
            RunEvent.finished(result, isSubtest: false).lines == [
                "--- FAIL: basic (26.33s)", "        why", "        more",
            ])
        #expect(RunEvent.started("basic").lines == ["=== RUN   basic"])
    }

    @Test func durationsAreGos() {
        #expect(TestExecution.goDuration(.seconds(600)) == "10m0s")
        #expect(TestExecution.goDuration(.seconds(3725)) == "1h2m5s")
        #expect(TestExecution.goDuration(.seconds(5)) == "5s")
    }
}

@Suite struct OutputDirectoryTests {
    @Test func aFolderOfSomebodyElseIsLeftAlone() throws {
        let folder = try TemporaryFolder(prefix: "output")
        defer { folder.remove() }
        try AtomicFile.write([1], to: folder.path.appending("precious"))
        let error = try #require(throws: TestRunnerError.self) { try OutputDirectory(creating: folder.path) }
        #expect(error.description.hasPrefix("harness: refused to remove existing output directory: \(folder.path)"))
        #expect(FileContent.exists(folder.path.appending("precious")))
    }

    @Test func ourOwnFolderIsEmptied() throws {
        let folder = try TemporaryFolder(prefix: "output")
        defer { folder.remove() }
        let path = folder.path.appending("out")
        let first = try OutputDirectory(creating: path)
        try FileContent.createDirectory(first.folder(of: "old"))
        let second = try OutputDirectory(creating: path)
        #expect(!FileContent.exists(second.folder(of: "old")))
    }

    @Test func aTestsFolderIsInsideWhateverItsName() {
        #expect(OutputDirectory.safe("../../etc") == "_._.._etc")
        #expect(OutputDirectory.safe("ext.a.b") == "ext.a.b")
    }
}
