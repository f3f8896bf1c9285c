import Testing

@testable import TestRunner

@Suite struct TimelineTests {
    @Test func phasesFollowEachOther() async {
        let origin = ContinuousClock.now
        await confirmation(expectedCount: 3) { entered in
            let recorder = TimelineRecorder(origin: origin) { _ in entered() }
            #expect(recorder.begin(.boot, at: origin + .seconds(1)) == nil)
            #expect(recorder.begin(.boot, at: origin + .seconds(2)) == .boot)
            #expect(recorder.begin(.run, at: origin + .seconds(5)) == .boot)
            #expect(recorder.begin(.reboot, at: origin + .seconds(6)) == .run)
            let timeline = recorder.finish(at: origin + .seconds(9))
            #expect(
                timeline.spans == [
                    TestTimeline.Span(.boot, start: .seconds(1), duration: .seconds(4)),
                    TestTimeline.Span(.run, start: .seconds(5), duration: .seconds(1)),
                    TestTimeline.Span(.reboot, start: .seconds(6), duration: .seconds(3)),
                ])
            // A test whose time was over may still say something.
            recorder.begin(.check, at: origin + .seconds(10))
            #expect(recorder.finish() == timeline)
        }
    }

    @Test func testsThatRunTogetherHaveRowsOfTheirOwn() {
        let result = { (name: String, start: Int, end: Int) in
            TestResult(
                name: name, outcome: .pass, duration: .seconds(end - start), output: "",
                timeline: TestTimeline([
                    TestTimeline.Span(.run, start: .seconds(start), duration: .seconds(end - start))
                ]))
        }
        let rows = TimeChart.rows(of: [result("c", 5, 9), result("b", 0, 9), result("a", 0, 5)])
        #expect(rows.map(\.result.name) == ["a", "b", "c"])
        #expect(rows.map(\.row) == [0, 1, 0])
    }
}

@Suite struct LiveProgressTests {
    private func result(_ name: String, _ outcome: Outcome) -> RunEvent {
        .finished(TestResult(name: name, outcome: outcome, duration: .zero, output: ""), isSubtest: false)
    }

    @Test func terminalShowsWhichTestsRunWhereAndWhatIsLeft() {
        var progress = LiveProgress()
        #expect(progress.lines(at: .zero, width: 80).isEmpty)
        progress.note(.planned(5), at: .seconds(10))
        progress.note(.started("a"), at: .seconds(10))
        progress.note(.started("ext.long.name"), at: .seconds(11))
        progress.note(.entered(.boot, test: "a"), at: .seconds(12))
        progress.note(.started("a/part"), at: .seconds(13))
        #expect(
            progress.lines(at: .seconds(75), width: 80) == [
                "0/5 done · 2 running · 3 left · 1:05", "  slot 1  a              1:05  boot 1:03",
                "  slot 2  ext.long.name  1:04  waiting",
            ])
        progress.note(result("a", .fail), at: .seconds(80))
        progress.note(.started("c"), at: .seconds(80))
        let lines = progress.lines(at: .seconds(3700), width: 80)
        #expect(lines.first == "1/5 done · 1 failed · 2 running · 2 left · 1:01:30")
        #expect(lines[1].hasPrefix("  slot 1  c "))
        progress.note(result("c", .pass), at: .seconds(81))
        progress.note(result("ext.long.name", .pass), at: .seconds(81))
        #expect(progress.lines(at: .seconds(82), width: 80).isEmpty)
    }

    @Test(arguments: [1, 8, 20, 40]) func noLineIsLongerThanTheTerminal(width: Int) {
        var progress = LiveProgress()
        progress.note(.planned(1), at: .zero)
        progress.note(.started("ext.config.some.folder.with.a.very.long.name.of.a.test"), at: .zero)
        progress.note(.entered(.reboot, test: "ext.config.some.folder.with.a.very.long.name.of.a.test"), at: .zero)
        #expect(progress.lines(at: .seconds(9), width: width).allSatisfy { $0.count <= width })
    }

    @Test func outputOfTestsThatPassedIsShownWhereAsked() {
        let event = RunEvent.finished(
            TestResult(name: "a", outcome: .pass, duration: .zero, output: "one\ntwo"), isSubtest: false)
        #expect(event.lines == ["--- PASS: a (0.00s)"])
        #expect(event.lines(isVerbose: true) == ["--- PASS: a (0.00s)", "        one", "        two"])
    }
}
