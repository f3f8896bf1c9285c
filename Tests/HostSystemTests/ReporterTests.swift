import Foundation
import Synchronization
import SystemPackage
import TestSupport
import Testing

@testable import HostSystem

@Suite("Reports of progress")
struct ReporterTests {
    private final class Recorder: Sendable {
        let events = Mutex<[String]>([])
        var reporter: Reporter {
            Reporter { [self] event in
                let text =
                    switch event {
                    case .started(let name): "started \(name)"
                    case .finished(let name, _): "finished \(name)"
                    case .failed(let name, _): "failed \(name)"
                    case .note(let text): "note \(text)"
                    case .output(let text): "output \(text)"
                    }
                events.withLock { $0.append(text) }
            }
        }
    }

    @Test("a step is reported when it starts and when it ends, however that is")
    func steps() async throws {
        struct Broken: Error {}
        let recorder = Recorder()
        let reporter = Reporter([recorder.reporter])
        let value = await reporter.step("outer") {
            reporter.note("n")
            reporter.output("o")
            return 7
        }
        #expect(value == 7)
        await #expect(throws: Broken.self) { try await reporter.step("bad") { throw Broken() } }
        #expect(
            recorder.events.withLock { $0 } == [
                "started outer", "note n", "output o", "finished outer", "started bad", "failed bad",
            ])
    }

    @Test("each style shows what it is for")
    func styles() {
        let step = Reporter.Event.finished("resolve", seconds: 1.26)
        let output = Reporter.Event.output("line")
        #expect(ConsoleRenderer(.plain).text(step) == "   resolve (1.3 s)")
        #expect(ConsoleRenderer(.plain).text(output) == nil)
        #expect(ConsoleRenderer(.verbose).text(output) == "   | line")
        #expect(ConsoleRenderer(.quiet).text(step) == nil)
        #expect(ConsoleRenderer.format(65.2) == "1 min 5 s")
        #expect(ConsoleRenderer.json(.note("a/b")) == #"{"event":"note","text":"a/b"}"#)
        #expect(ConsoleRenderer.json(.failed("x", seconds: 2)) == #"{"event":"failed","seconds":2,"step":"x"}"#)
    }

    @Test("no secret of a URL is shown or logged")
    func redaction() throws {
        #expect(
            Redaction.redact("get https://user:pw@host/x and http://t@h, not a@b")
                == "get https://***@host/x and http://***@h, not a@b")
        #expect(ConsoleRenderer.json(.output("https://u:p@h/"))?.contains("u:p") == false)
        let temporary = try TemporaryDirectory()
        let log = try BuildLog("build", in: temporary.appending("log"))
        log.reporter.output("https://u:p@h/")
        log.reporter.note("done")
        let lines = String(decoding: try FileContent.read(log.path), as: UTF8.self).split(separator: "\n")
        #expect(lines.map { $0.drop { $0 != "]" }.dropFirst(2) } == ["   | https://***@h/", "done"])
    }

    @Test("a log starts anew with each run")
    func logPerRun() throws {
        let temporary = try TemporaryDirectory()
        try BuildLog("build", in: temporary.path).reporter.note("first")
        try BuildLog("build", in: temporary.path).reporter.note("second")
        let text = String(decoding: try FileContent.read(temporary.appending("build.log")), as: UTF8.self)
        #expect(!text.contains("first"))
        #expect(text.contains("second"))
    }
}
