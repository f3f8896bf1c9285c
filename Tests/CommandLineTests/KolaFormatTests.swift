import Foundation
import HostSystem
import SystemPackage
import TestSupport
import Testing

@testable import kola

extension Tool {
    fileprivate func command(_ arguments: [String]) -> Command {
        Command(
            Self.path("kola"), arguments,
            environment: ["COSA_NO_KVM": "1", "XDG_CACHE_HOME": temporary.appending("cache").string],
            workingDirectory: work)
    }

    /// An external test of the project in the folder.
    fileprivate func writeTest(_ path: String, _ text: String) throws {
        try temporary.write(text, to: "work/tests/kola/\(path)", mode: 0o755)
    }
}

@Suite("kola's selection, reports and list")
struct KolaFormatTests {
    @Test(
        "wrong usage ends with status 64 and its cause",
        arguments: [
            (["run", "--aws-region", "x"], "error: Unknown option '--aws-region'"),
            (["frobnicate"], "error: Unexpected argument 'frobnicate'"),
            (
                ["run", "-p", "moon"],
                "error: --platform: unsupported platform \"moon\"; there are aws, azure, do, esx, gcp, openstack, qemu, qemu-iso"
            ),
            (["run", "--sharding", "1/2"], "error: --sharding: invalid sharding syntax: 1/2; write hash:m/n"),
            (
                ["run", "--sharding", "hash:3/2"],
                "error: --sharding: invalid sharding in 'hash:3/2': 1 <= m <= n must hold"
            ),
            (["run", "--multiply=-1"], "error: --multiply must not be negative"),
            (["run", "--allow-rerun-success", "x"], "error: --allow-rerun-success: invalid rerun spec x"),
            (["http-server", "-P", "70000"], "error: --port: 70000 is no port"),
            (["rerun", "basic"], "error: \"basic\": kola rerun takes no patterns; it runs the tests that failed"),
        ])
    func usage(arguments: [String], message: String) async throws {
        let tool = try Tool()
        let image = try tool.temporary.write("", to: "disk.img").string
        let isRun = arguments.first == "run"
        let output = try await tool.command(arguments + (isRun ? ["--qemu-image", image] : [])).capture()
        #expect(output.status == 64)
        #expect(output.lastErrorLine.hasPrefix(message))
    }

    @Test("what cannot be run ends with status 1 and its cause")
    func nothingToRun() async throws {
        let tool = try Tool()
        let image = try tool.temporary.write("", to: "disk.img").string
        let unmatched = try await tool.kola("run", "basic", "x*", "--qemu-image", image)
        #expect(unmatched.status == 1)
        #expect(unmatched.lastErrorLine == "error: The user provided pattern didn't match any tests: x*")
        let elsewhere = try await tool.kola("run", "-p", "aws", "--qemu-image", image)
        #expect(elsewhere.status == 1)
        #expect(elsewhere.lastErrorLine == "error: --platform aws: tests run on the platforms qemu and qemu-iso only")
        let rerun = try await tool.kola("rerun", "--output-dir", "out")
        #expect(rerun.status == 1)
        #expect(
            rerun.lastErrorLine
                == "error: out/reports/report.json: No such file or directory; `kola rerun` needs the report of an earlier `kola run`"
        )
    }

    @Test("where all tests are denied, nothing runs and that is no failure")
    func denied() async throws {
        let tool = try Tool()
        try tool.writeTest("bad/test.sh", "## kola:\n##   exclusiv: true\n")
        let image = try tool.temporary.write("", to: "disk.img").string
        let output = try await tool.kola(
            "run", "ext.*", "--denylist-test", "basic,ext.work.*", "--qemu-image", image, "--output-dir", "out")
        #expect(output.status == 0)
        let place = tool.work.appending("out")
        #expect(
            output.text.hasSuffix("There are no tests to run because all tests are denylisted. Output in \(place)"))
    }

    @Test("an unknown key in a test's header names file and key")
    func unknownKey() async throws {
        let tool = try Tool()
        try tool.writeTest("bad/test.sh", "## kola:\n##   exclusiv: true\n")
        let output = try await tool.kola("list")
        #expect(output.status == 1)
        let path = tool.work.appending("tests/kola/bad/test.sh")
        #expect(output.lastErrorLine.hasSuffix("\(path.string.dropFirst(8)): unknown kola metadata key \"exclusiv\""))
    }

    private struct Entry: Decodable {
        struct Metadata: Decodable {
            let requiredTag: String?
            let timeoutMin: Int?
        }
        enum CodingKeys: String, CodingKey {
            case name, external, metadata
            case upstreamName = "Name"
            case platforms = "Platforms"
            case architectures = "Architectures"
            case tags = "Tags"
            case description = "Description"
        }
        let name: String
        let upstreamName: String
        let platforms: [String]
        let architectures: [String]
        let tags: [String]
        let description: String
        let external: Bool
        let metadata: Metadata
    }

    @Test("the list names every test with its metadata, and options may stand before the verb")
    func list() async throws {
        let tool = try Tool()
        try tool.writeTest(
            "one/test.sh",
            """
            #!/bin/sh
            ## kola:
            ##   platforms: aws gcp
            ##   architectures: "!s390x"
            ##   requiredTag: special
            ##   tags: foo
            ##   timeoutMin: 7
            ##   description: What it does.

            """)
        let output = try await tool.kola("-p", "all", "list", "-b", "all", "-E", ".", "--json")
        #expect(output.status == 0)
        let entries = try JSONDecoder().decode([Entry].self, from: Data(output.standardOutput))
        #expect(Set(["basic", "basic.nvme", "basic.uefi", "basic.uefi-secure"]).isSubset(of: entries.map(\.name)))
        let external = entries.filter(\.external)
        #expect(external.count == 1)
        let entry = try #require(external.first)
        #expect(entry.upstreamName == "ext.work.one" && entry.external)
        #expect(entry.platforms == ["aws", "gcp"])
        #expect(entry.architectures == ["aarch64", "ppc64le", "riscv64", "x86_64"])
        #expect(entry.tags == ["external", "foo"])
        #expect(entry.description == "What it does.")
        #expect(entry.metadata.requiredTag == "special" && entry.metadata.timeoutMin == 7)
        let onQEMU = try await tool.kola("list", "-p", "qemu").text.split(separator: "\n")
        #expect(onQEMU.contains("basic") && !onQEMU.contains("ext.work.one"))
        #expect(try await tool.kola("list", "--tag", "external,other").text == "ext.work.one")
        let allowed = try await tool.kola("list", "--denylist-test", "basic*").text.split(separator: "\n")
        #expect(allowed.contains("ext.work.one") && !allowed.contains { $0.hasPrefix("basic") })
    }

    @Test("version and number of processors")
    func facts() async throws {
        let tool = try Tool()
        #expect(try await tool.kola("version").text.hasPrefix("kola version "))
        #expect(try await tool.kola("ncpu").text.wholeMatch(of: /[1-9][0-9]*/) != nil)
    }

    @Test("a run that fails has status 1 and plain lines, and rerun runs what failed", .timeLimit(.minutes(5)))
    func failing() async throws {
        let tool = try Tool()
        let disk = tool.temporary.appending("disk.img")
        try BootSector.write("booting\r\nKernel panic - not syncing: no init\r\n", to: disk)
        let image = ["--qemu-image", disk.string]
        var command = tool.command(["run", "basic", "--output-dir", "out", "--tapfile", "my.tap"] + image)
        let output = try await command.capture()
        #expect(output.status == 1)
        let lines = output.text.split(separator: "\n")
        #expect(lines.contains("=== RUN   basic"))
        #expect(lines.contains { $0.wholeMatch(of: /--- FAIL: basic \(\d+\.\d\ds\)/) != nil })
        #expect(lines.last == "FAIL, output in \(tool.work.appending("out"))")
        #expect(!output.text.contains("\u{1b}"))
        #expect(try FileContent.read(tool.work.appending("my.tap")) == Array("1..1\nnot ok - basic\n".utf8))
        #expect(FileContent.exists(tool.temporary.appending("cache/coreos-swift/kola-durations.json")))
        let page = String(decoding: try FileContent.read(tool.work.appending("out/reports/index.html")), as: UTF8.self)
        #expect(page.contains("<mark title=\"kernel panic: the kernel stopped\">"))
        #expect(page.contains("<i class=\"boot\">"))
        command.arguments = ["rerun", "--output-dir", "out"] + image
        let again = try await command.capture()
        #expect(again.status == 1)
        #expect(again.text.hasSuffix("FAIL, output in \(tool.work.appending("out/rerun"))"))
    }

    @Test("a failure that is known is a warning, with status 77 where that is asked for", .timeLimit(.minutes(5)))
    func knownFailure() async throws {
        let tool = try Tool()
        let disk = tool.temporary.appending("disk.img")
        try BootSector.write("Kernel panic - not syncing: no init\r\n", to: disk)
        try tool.temporary.write(
            "- pattern: bas*\n  warn: true\n  tracker: https://example.com/1\n",
            to: "work/src/config/kola-denylist.yaml")
        let arguments = ["run", "basic", "--output-dir", "out", "--qemu-image", disk.string]
        var command = tool.command(arguments + ["--on-warn-failure-exit-77"])
        let output = try await command.capture()
        #expect(output.status == 77)
        #expect(
            output.text.hasPrefix(
                "⚠️  Will warn on failure for kola test pattern \"bas*\":\n  👉 https://example.com/1\n"))
        #expect(output.text.contains("\n--- WARN: basic ("))
        #expect(output.text.hasSuffix("PASS, output in \(tool.work.appending("out"))"))
        command.arguments = arguments
        #expect(try await command.capture().status == 0)
    }

    @Test("on a terminal a run shows what goes on, and cleans it up", .timeLimit(.minutes(5)))
    func terminal() async throws {
        let tool = try Tool()
        let disk = tool.temporary.appending("disk.img")
        try BootSector.write("booting\r\nKernel panic - not syncing: no init\r\n", to: disk)
        let run = "\(Tool.path("kola").shellQuoted) run basic --output-dir out --qemu-image \(disk.string.shellQuoted)"
        var command = Command("script", ["-qec", run, "/dev/null"], workingDirectory: tool.work)
        command.environment = [
            "COSA_NO_KVM": "1", "TERM": "xterm", "CI": nil, "NO_COLOR": nil,
            "XDG_CACHE_HOME": tool.temporary.appending("cache").string,
        ]
        let live = try await command.capture()
        #expect(live.status == 1)
        #expect(live.text.contains("0/1 done · 1 running · 0 left · 0:0"))
        #expect(live.text.contains("  slot 1  basic  0:0"))
        #expect(live.text.contains("--- FAIL: basic"))
        #expect(!live.text.contains("=== RUN   basic\r"))
        let end = live.text.split(separator: "\u{1b}[J").last ?? ""
        #expect(!end.contains("slot 1"))
        command.environment["CI"] = "true"
        let plain = try await command.capture()
        #expect(plain.text.contains("=== RUN   basic\r\n"))
        #expect(!plain.text.contains("\u{1b}["))
    }
}

@Suite("kola http-server", .timeLimit(.minutes(5)))
struct HTTPServerTests {
    /// The answer to a request, as it comes.
    private func answer(_ request: String, port: String) async throws -> String {
        let script = #"exec 3<>/dev/tcp/127.0.0.1/"$0"; printf '%b\r\n\r\n' "$1" >&3; cat <&3"#
        return try await Command("bash", ["-c", script, port, request]).capture().text
    }

    @Test("files and folders are served, and nothing else")
    func serve() async throws {
        let tool = try Tool()
        try tool.temporary.write("hello\n", to: "work/a b.txt")
        try tool.temporary.write("<i>", to: "work/sub/index.html")
        try tool.temporary.write("secret", to: "secret")
        let (read, write) = try FileDescriptor.pipe()
        let server = try BackgroundProcess(
            tool.command(["http-server", "-P", "0"]),
            streams: .output(write, errors: tool.temporary.appending("errors")))
        try write.close()
        var bytes = [UInt8](repeating: 0, count: 100)
        let count = try bytes.withUnsafeMutableBytes { try read.read(into: $0) }
        defer { try? read.close() }
        let line = String(decoding: bytes[..<count], as: UTF8.self)
        #expect(line.hasPrefix("Serving HTTP on port: "))
        let port = String(line.filter(\.isNumber))

        let file = try await answer("GET /a%20b.txt?x HTTP/1.0", port: port)
        #expect(file.hasPrefix("HTTP/1.0 200 OK\r\n") && file.hasSuffix("\r\n\r\nhello"))
        let head = try await answer("HEAD /a%20b.txt HTTP/1.0", port: port)
        #expect(head.contains("content-length: 6") && !head.contains("hello"))
        #expect(try await answer("GET / HTTP/1.0", port: port).contains("<a href=\"a%20b.txt\">a b.txt</a>"))
        #expect(try await answer("GET /sub HTTP/1.0", port: port).contains("location: /sub/"))
        #expect(try await answer("GET /sub/ HTTP/1.0", port: port).hasSuffix("<i>"))
        #expect(try await answer("GET /nothing HTTP/1.0", port: port).hasPrefix("HTTP/1.0 404"))
        for path in ["/../secret", "/%2e%2e/secret", "/sub/..%2f..%2fsecret"] {
            let answer = try await answer("GET \(path) HTTP/1.0", port: port)
            #expect(answer.hasPrefix("HTTP/1.0 400") && !answer.contains("secret"))
        }
        #expect(try await answer("POST / HTTP/1.0", port: port).hasPrefix("HTTP/1.0 405"))

        let taken = try await tool.kola("http-server", "-P", port)
        #expect(taken.status == 1)
        #expect(taken.lastErrorLine == "error: cannot listen on port \(port): Address already in use")
        server.terminate()
        #expect(await server.exit() == 130)
    }
}
