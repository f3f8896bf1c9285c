import Foundation
import HostSystem
import SystemPackage
import TestSupport
import Testing
import VirtualMachine

@testable import TestRunner

@Suite struct ReportPageTests {
    private let folder: TemporaryFolder
    private let output: OutputDirectory

    init() throws {
        folder = try TemporaryFolder(prefix: "page")
        output = try OutputDirectory(creating: folder.path.appending("out"))
    }

    private static let timeline = TestTimeline([
        TestTimeline.Span(.boot, start: .zero, duration: .seconds(6)),
        TestTimeline.Span(.run, start: .seconds(6), duration: .seconds(2)),
        TestTimeline.Span(.reboot, start: .seconds(8), duration: .seconds(2)),
    ])

    private let failed = TestResult(
        name: "ext.a.<b>", outcome: .fail, duration: .seconds(10),
        output: "log\n\u{1}\u{1b}[31m<script>alert(1)</script>",
        reason: "kernel panic & more", timeline: timeline)

    private func page(_ results: [TestResult]) throws -> String {
        let report = RunReport(platform: "qemu", version: "1.2", results: results)
        try RunReports(
            report: report, output: output, image: "/i mages/<x>.qcow2", accelerator: "KVM",
            started: Date(timeIntervalSince1970: 0), commandLine: ["kola", "run", "a b"]
        ).write()
        return String(decoding: try FileContent.read(output.path.appending("reports/index.html")), as: UTF8.self)
    }

    private func write(_ text: String, _ name: String) throws {
        let machine = output.folder(of: failed.name).appending("machine 1")
        try FileContent.createDirectory(machine)
        try AtomicFile.write(Array(text.utf8), to: machine.appending(name))
    }

    @Test func pageShowsTheOffendingLineOfAFailure() throws {
        defer { folder.remove() }
        let before = (1...100).map { "line \($0)" }.joined(separator: "\n")
        let after = (102...300).map { "line \($0)" }.joined(separator: "\n")
        try write("\(before)\nKernel panic - not syncing: \u{1b}[1m<init>\n\(after)\n", "console.txt")
        try write("last words\n", "ext.a.<b>.txt")
        let html = try page([failed])
        #expect(
            html.contains(
                #"<mark title="kernel panic: the kernel stopped"><span class="number">101</span>Kernel panic - not syncing: &lt;init&gt;</mark>"#
            ))
        #expect(html.contains("… 94 lines …"))
        #expect(
            !html.contains(">94</span>") && html.contains(">95</span>line 95") && html.contains(">107</span>line 107"))
        #expect(!html.contains(">270</span>") && html.contains(">271</span>line 271"))
        #expect(html.contains(#"<a href="../ext.a.%3Cb%3E/machine%201/console.txt">console.txt</a>"#))
        #expect(html.contains("last words"))
        #expect(html.contains(#"<p class="reason">kernel panic &amp; more</p>"#))
    }

    @Test func pageNeedsNothingFromElsewhereAndRunsNothing() throws {
        defer { folder.remove() }
        try write("<img src=x onerror=alert(1)> http://example.com\n", "console.txt")
        let html = try page([failed])
        #expect(!html.contains("<script") && !html.contains("<img") && !html.contains("<link"))
        #expect(!html.contains("url(") && !html.contains("@import"))
        #expect(!html.contains("src=\"") && !html.contains("href=\"http"))
        #expect(html.contains("&lt;script&gt;alert(1)&lt;/script&gt;"))
        #expect(html.contains("prefers-color-scheme: dark") && html.contains("width=device-width"))
        #expect(!html.unicodeScalars.contains { $0.value < 0x20 && $0 != "\n" && $0 != "\t" })
    }

    @Test func pageShowsWhatEachTestDidAndWhereTheTimeWent() throws {
        defer { folder.remove() }
        let passed = TestResult(
            name: "basic", outcome: .pass, duration: .seconds(4), output: "",
            subtests: [TestResult(name: "basic/Reboot", outcome: .skip, duration: .zero, output: "on the denylist")],
            timeline: TestTimeline([TestTimeline.Span(.boot, start: .seconds(1), duration: .seconds(4))]))
        let html = try page([passed, failed])
        #expect(html.contains("<h1><span class=\"badge fail\">FAIL</span> 1 failed, 1 passed</h1>"))
        #expect(html.contains(#"<li><i class="boot"></i>boot <b>10.0 s</b> <small>71 %</small></li>"#))
        #expect(html.contains(#"<li><i class="reboot"></i>reboot <b>2.0 s</b></li>"#))
        // The failed test first, and open.
        let first = try #require(html.range(of: "id=\"test-ext.a.%3Cb%3E\" open>"))
        let second = try #require(html.range(of: "id=\"test-basic\">"))
        #expect(first.lowerBound < second.lowerBound)
        #expect(html.contains("<a href=\"#test-basic\"><title>basic: PASS, 4.0 s</title>"))
        #expect(html.contains("<span class=\"badge skip\">SKIP</span> Reboot"))
    }

    @Test func pageOfARunWithoutTestsIsThereToo() throws {
        defer { folder.remove() }
        #expect(try page([]).contains("<span class=\"badge pass\">PASS</span> no tests"))
    }

    @Test func junitTellsEveryTestAndPart() throws {
        defer { folder.remove() }
        let results = [
            failed, TestResult(name: "known", outcome: .warn, duration: .zero, output: "why"),
            TestResult(
                name: "basic", outcome: .pass, duration: .milliseconds(1234), output: "",
                subtests: [TestResult(name: "basic/A", outcome: .skip, duration: .zero, output: "denied")]),
        ]
        _ = try page(results)
        let data = Data(try FileContent.read(output.path.appending("reports/junit.xml")))
        let xml = String(decoding: data, as: UTF8.self)
        #expect(xml.contains(#"<testsuites tests="4" failures="1" errors="0" skipped="1" time="11.234">"#))
        #expect(xml.contains(#"<testcase classname="kola" name="basic" time="1.234"/>"#))
        #expect(
            xml.contains(
                #"<testcase classname="kola.basic" name="A" time="0.000"><skipped message="denied"/></testcase>"#))
        #expect(
            xml.contains(
                ##"<testcase classname="kola" name="ext.a.&lt;b&gt;" time="10.000"><failure message="kernel panic &amp; more">log"##
            ))
        #expect(xml.contains("<system-out>WARN: why</system-out>"))
        #expect(!xml.unicodeScalars.contains { $0.value < 0x20 && $0 != "\n" })
    }

    @Test func aLineWithoutEndIsCut() throws {
        defer { folder.remove() }
        let excerpt = LogExcerpt(of: "first\n" + String(repeating: "x", count: 2_000_000))
        #expect(excerpt.lines.map(\.text) == ["first", String(repeating: "x", count: 500) + "…"])
    }

    @Test func unitsThatFailedAreMarkedInTheJournal() throws {
        defer { folder.remove() }
        let excerpt = LogExcerpt(
            of: """
                a systemd[1]: x.service: Main process exited, code=exited, status=0/SUCCESS
                a systemd[1]: y.service: Main process exited, code=exited, status=7/NOTRUNNING
                a systemd[1]: y.service: Failed with result 'exit-code'.
                a prog[2]: Failed to start anything
                """)
        #expect(excerpt.lines.map(\.mark) == [nil, "a unit failed", "a unit failed", nil])
        #expect(LogExcerpt(of: "").lines.isEmpty)
    }

    @Test func warnedPartsWarnAndPassesOfASecondRunCount() {
        let report = { (outcomes: [Outcome]) in
            RunReport(
                platform: "qemu", version: "",
                results: outcomes.map { TestResult(name: "\($0)", outcome: $0, duration: .zero, output: "") })
        }
        let summary = { (first: [Outcome], second: [Outcome]?) in
            TestRun.Summary(report: report(first), rerun: second.map(report), output: "").outcome
        }
        #expect(summary([.pass, .fail], nil) == .fail)
        #expect(summary([.pass, .fail], [.fail]) == .fail)
        #expect(summary([.pass, .fail], [.pass]) == .pass)
        #expect(summary([.warn, .fail], [.pass]) == .warn)
        #expect(summary([.warn, .pass], nil) == .warn)
    }
}

@Suite(.timeLimit(.minutes(5))) struct RerunTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder(prefix: "rerun") }

    /// Two tests that fail before they boot; one of them is known to.
    @Test func testsThatFailRunOnceMore() async throws {
        defer { folder.remove() }
        let test = { (name: String) in KolaTest(name: name, problem: "broken", body: .native { _ in }) }
        var options = RunOptions(image: folder.path.appending("disk.img"))
        try BootSector.write("", to: options.image)
        options.outputDirectory = folder.path.appending("out")
        options.rerun = true
        options.accelerator = AcceleratorChoice(accelerator: .tcg, reason: "a test")
        options.durations = DurationStore(path: folder.path.appending("durations.json"))
        options.denylist = folder.path.appending("denylist.yaml")
        try AtomicFile.write(Array("- pattern: known\n  warn: true\n".utf8), to: folder.path.appending("denylist.yaml"))
        let notes = Notes()
        let summary = try await TestRun(options, native: [test("a"), test("known")], tell: notes.add).run()
        #expect(summary.outcome == .fail)
        #expect(summary.report?.results.map(\.outcome) == [.fail, .warn])
        #expect(summary.rerun?.results.map(\.name) == ["a"])
        #expect(notes.lines.contains("\n\n======== Re-running failed tests (flake detection) ========\n\n"))
        for path in ["reports/report.json", "reports/junit.xml", "reports/index.html", "test.tap", "properties.json"] {
            #expect(FileContent.exists(summary.output.appending(path)))
            #expect(FileContent.exists(summary.output.appending("rerun").appending(path)))
        }
        #expect(options.durations?.load().keys.sorted() == ["a", "known"])
        let page = String(
            decoding: try FileContent.read(summary.output.appending("reports/index.html")), as: UTF8.self)
        #expect(
            page.contains("What failed ran once more: <a href=\"../rerun/reports/index.html\">1 failed</a>."))
        let earlier = try EarlierRun(output: summary.output)
        #expect(earlier.failed == ["a"])
    }

    @Test func theLatestRunIsFoundWhereverItWent() throws {
        defer { folder.remove() }
        func write(_ place: String, test: String, time: Int) throws {
            let reports = folder.path.appending(place).appending("reports")
            try FileContent.createDirectory(reports)
            let path = reports.appending("report.json")
            try AtomicFile.write(Array(#"{"tests":[{"name":"\#(test)","result":"FAIL"}]}"#.utf8), to: path)
            let times = [timespec(tv_sec: time, tv_nsec: 0), timespec(tv_sec: time, tv_nsec: 0)]
            #expect(utimensat(AT_FDCWD, path.string, times, 0) == 0)
        }
        let error = try #require(throws: TestRunnerError.self) {
            try EarlierRun.latest(platform: "other", workdir: folder.path)
        }
        #expect(
            error.description
                == "there is no earlier run in \(folder.path)/tmp/kola or _kola_temp; name its folder with --output-dir"
        )
        try write("tmp/kola", test: "fixed-place", time: 100)
        try write("tmp/kola/qemu-1", test: "dated", time: 200)
        #expect(symlink("qemu-1", folder.path.appending("tmp/kola/qemu-latest").string) == 0)
        #expect(try EarlierRun.latest(platform: "qemu", workdir: folder.path).failed == ["dated"])
        try write("tmp/kola", test: "fixed-place", time: 300)
        #expect(try EarlierRun.latest(platform: "qemu", workdir: folder.path).failed == ["fixed-place"])
    }

    @Test func runsGoToTheWorkingDirectoryWhereThereIsOne() throws {
        defer { folder.remove() }
        try FileContent.createDirectory(folder.path.appending("builds"))
        let path = try OutputDirectory.defaultPath(platform: "qemu", workdir: folder.path)
        #expect(path.removingLastComponent() == folder.path.appending("tmp/kola"))
        let link = folder.path.appending("tmp/kola/qemu-latest")
        #expect(FileContent.linkTarget(link) == path.lastComponent?.string)
    }

    @Test func folderWithoutAReportIsAnError() throws {
        defer { folder.remove() }
        let error = try #require(throws: TestRunnerError.self) { try EarlierRun(output: folder.path) }
        #expect(
            error.description
                == "\(folder.path)/reports/report.json: No such file or directory; `kola rerun` needs the report of an earlier `kola run`"
        )
    }
}
