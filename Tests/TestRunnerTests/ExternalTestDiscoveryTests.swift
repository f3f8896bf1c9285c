import Foundation
import HostSystem
import Synchronization
import SystemPackage
import Testing

@testable import TestRunner

@Suite struct ExternalTestDiscoveryTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder(prefix: "discovery") }

    private func write(
        _ path: String, _ text: String = "#!/bin/sh\n",
        mode: FilePermissions = [.ownerReadWriteExecute, .groupReadExecute, .otherReadExecute]
    ) throws {
        let file = folder.path.appending("proj/tests/kola").appending(path)
        try FileContent.createDirectory(file.removingLastComponent())
        try AtomicFile.write(Array(text.utf8), to: file, mode: mode)
    }

    private func tests(warn: @escaping @Sendable (String) -> Void = { _ in }) throws -> [KolaTest] {
        try ExternalTestDiscovery(directory: folder.path.appending("proj"), warn: warn).tests()
    }

    @Test func namesComeFromTheFolders() throws {
        defer { folder.remove() }
        try write("a/test.sh")
        try write("b/test.sh")
        try write("b/other")
        try write("top.sh")
        try write("a/README", "text", mode: .ownerReadWrite)
        #expect(
            try tests().map(\.name) == ["ext.proj.a", "ext.proj.b.other", "ext.proj.b.test.sh", "ext.proj.top.sh"])
    }

    @Test func onlyTheWorldsExecuteBitMakesATest() throws {
        defer { folder.remove() }
        try write("a/mine.sh", mode: .ownerReadWriteExecute)
        let warnings = Mutex<[String]>([])
        #expect(try tests { text in warnings.withLock { $0.append(text) } }.isEmpty)
        let path = folder.path.appending("proj/tests/kola/a/mine.sh")
        #expect(
            warnings.withLock { $0 } == [
                "Found non-executable file with shebang: \(path); use chmod a+x if it is meant to be a test"
            ])
    }

    @Test func configAndDataAreThoseOfTheSameFolder() throws {
        defer { folder.remove() }
        try write("a/test.sh")
        try write(
            "a/config.ign", #"{"ignition":{"version":"3.0.0"},"systemd":{"units":[{"name":"x.service"}]}}"#,
            mode: .ownerReadWrite)
        try write("a/data/file", "x", mode: .ownerReadWrite)
        try write("a/data/helper.sh")
        try write("a/below/test.sh")
        try write("a/kola.json", #"{"tags": "from-json"}"#, mode: .ownerReadWrite)
        let found = try tests()
        #expect(found.map(\.name) == ["ext.proj.a", "ext.proj.a.below"])
        #expect(found[0].ignition?.unitNames == ["x.service"])
        #expect(found[0].metadata.tags == ["from-json"])
        #expect(found[1].ignition == nil)
        guard case .external(let test) = found[0].body, case .external(let below) = found[1].body else {
            Issue.record("not external")
            return
        }
        #expect(test.data?.lastComponent == "data")
        #expect(below.data == nil)
    }

    @Test func butaneConfigNamesFilesOfItsFolder() throws {
        defer { folder.remove() }
        try write("a/test.sh")
        try write("a/x.service", "[Unit]\n", mode: .ownerReadWrite)
        try write(
            "a/config.bu",
            """
            variant: fcos
            version: 1.5.0
            systemd:
              units: [{name: x.service, contents_local: x.service}]
            """, mode: .ownerReadWrite)
        let test = try #require(try tests().first)
        #expect(test.problem == nil)
        #expect(
            test.ignition?.root == [
                "ignition": ["version": "3.3.0"],
                "systemd": ["units": [["name": "x.service", "contents": "[Unit]\n"]]],
            ])
    }

    /// The configs in a folder, and why its test cannot run.
    @Test(arguments: [
        (
            ["config.bu": "variant: fcos\nversion: 1.5.0\nstorage:\n  files: [{path: a}]\n"],
            #"config.bu:4:18: storage.files.0.path: "a" is not an absolute path; begin it with /"#
        ),
        (
            ["config.bu": "variant: fcos\nversion: 1.5.0\nboot_device: {luks: {tpm2: true, discard: true}}\n"],
            "config.bu:3:43: boot_device.luks.discard: the key is of spec 3.4.0, but the guest takes at most 3.3.0; "
                + "leave it out"
        ),
        (
            ["config.ign": #"{"ignition":{"version":"3.3.0"},"a":1,"b":2}"#],
            "config.ign:1:33: a: an unknown key, which Ignition ignores (and 1 more); put it right, or set "
                + "allowConfigWarnings in the test's header"
        ),
        (
            ["config.ign": "{}", "config.bu": ""], "config.ign: there is a config.bu beside it; keep one of them"
        ),
    ])
    func configThatTheGuestRefusesLeavesTheTestListed(configs: [String: String], reason: String) throws {
        defer { folder.remove() }
        try write("a/test.sh")
        for (name, text) in configs { try write("a/\(name)", text, mode: .ownerReadWrite) }
        let problem = try #require(try tests().first?.problem)
        #expect(problem == "\(folder.path)/proj/tests/kola/a/\(reason)")
    }

    @Test func testMayAllowWarningsOfItsConfig() throws {
        defer { folder.remove() }
        try write("a/test.sh", "#!/bin/sh\n## kola:\n##   allowConfigWarnings: true\n")
        try write("a/config.ign", #"{"ignition":{"version":"3.3.0"},"a":1}"#, mode: .ownerReadWrite)
        let test = try #require(try tests().first)
        #expect(test.problem == nil)
        #expect(test.ignition?.warnings.count == 1)
    }

    @Test func testWithAnObsoleteConfigIsListedAndStopsTheRunThatSelectsIt() throws {
        defer { folder.remove() }
        try write("a/config.fcc", "", mode: .ownerReadWrite)
        try write("a/test.sh")
        try write("b/test.sh")
        let warnings = Mutex<[String]>([])
        let found = try tests { text in warnings.withLock { $0.append(text) } }
        let path = folder.path.appending("proj/tests/kola/a/config.fcc")
        let message = "\(path): config.fcc is not supported anymore; rename it to config.bu"
        #expect(found.map(\.problem) == [message, nil])
        #expect(warnings.withLock { $0 } == [message])
        var options = RunOptions(image: "")
        let error = try #require(throws: TestRunnerError.self) {
            try TestPlan(options: options, available: found, today: Date())
        }
        #expect(error.description == message)
        options.denied = ["*.a"]
        #expect(try TestPlan(options: options, available: found, today: Date()).tests.map(\.name) == ["ext.proj.b"])
    }

    private func link(_ target: String, _ path: String) throws {
        let file = folder.path.appending("proj/tests/kola").appending(path)
        try FileContent.createDirectory(file.removingLastComponent())
        #expect(symlink(target, file.string) == 0)
    }

    @Test func linksAreFollowedButNotInCircles() throws {
        defer { folder.remove() }
        try write("a/test.sh")
        try write("common/file", "x", mode: .ownerReadWrite)
        try link("../common", "a/data")
        try link("../a/test.sh", "b/test.sh")
        try link("a", "c")
        try link("..", "a/up")
        try link("nowhere", "a/dangling")
        let warnings = Mutex<[String]>([])
        let found = try tests { text in warnings.withLock { $0.append(text) } }
        #expect(found.map(\.name) == ["ext.proj.a", "ext.proj.b", "ext.proj.c"])
        guard case .external(let test) = found[0].body else {
            Issue.record("not external")
            return
        }
        #expect(test.data?.lastComponent == "data")
        #expect(warnings.withLock { $0.allSatisfy { $0.hasSuffix("dangling: a link that leads nowhere is no test") } })
    }

    @Test func nothingOfADeniedTestIsRead() throws {
        defer { folder.remove() }
        try write("bad/test.sh", "## kola:\n##   exclusiv: true\n")
        try write("bad/kola.json", "[", mode: .ownerReadWrite)
        try write("good/test.sh")
        #expect(throws: TestRunnerError.self) { try tests() }
        let found = try ExternalTestDiscovery(
            directory: folder.path.appending("proj"), denied: [Glob("ext.*.bad")]
        ).tests()
        #expect(found.map(\.name) == ["ext.proj.bad", "ext.proj.good"])
    }

    @Test func installedTestsAreNamedByTheirFolders() throws {
        defer { folder.remove() }
        try write("ostree/destructive/a.sh")
        let found = try ExternalTestDiscovery(directory: folder.path.appending("proj"), isProject: false).tests()
        #expect(found.map(\.name) == ["ext.ostree.destructive.a.sh"])
    }

    @Test func headerCountsMoreThanKolaJSON() throws {
        defer { folder.remove() }
        try write("a/one.sh", "#!/bin/sh\n# kola: {\"tags\": \"own\"}\n")
        try write("a/two.sh")
        try write("a/kola.json", #"{"tags": "from-json", "exclusive": false}"#, mode: .ownerReadWrite)
        let found = try tests()
        #expect(found.map(\.metadata.tags) == [["own"], ["from-json"]])
        #expect(found.map(\.metadata.exclusive) == [nil, false])
        #expect(found.allSatisfy { $0.has(tag: "external") })
    }

    @Test func unknownKeyInKolaJSONNamesTheFile() throws {
        defer { folder.remove() }
        try write("a/test.sh")
        try write("a/kola.json", #"{"tag": "x"}"#, mode: .ownerReadWrite)
        let error = try #require(throws: TestRunnerError.self) { try tests() }
        let path = folder.path.appending("proj/tests/kola/a/kola.json")
        #expect(error.description == "\(path): unknown kola metadata key \"tag\"")
    }

    @Test(arguments: [
        Array("#!/bin/bash\necho 'it''s' \"$HOME\" `id` \\n ü\n\n".utf8), [0x7f, 0x45, 0x4c, 0x46, 0, 0xff, 0x0a, 0],
        [0xc3, 0x28], Array(repeating: UInt8(ascii: "'"), count: 70_000), [],
    ])
    func everyByteOfATestArrives(program: [UInt8]) async throws {
        defer { folder.remove() }
        let target = folder.path.appending("program")
        try AtomicFile.write(Array("longer than any".utf8), to: target)
        let (script, input) = ExternalTestUnit.installation(of: program)
        let source = folder.path.appending("input")
        try AtomicFile.write(input, to: source)
        let command = script.replacing(ExternalTestUnit.executable, with: target.string)
        let file = folder.path.appending("script")
        try AtomicFile.write(Array(command.utf8), to: file)
        try await Command("bash", ["-c", "bash '\(file)' <'\(source)'"]).run()
        #expect(try FileContent.read(target) == program)
    }

    @Test func shellCharactersInANameRunNothing() async throws {
        defer { folder.remove() }
        let test = ExternalTest(executable: "/x/$(reboot) `a` \"b\" 'c'.sh", data: nil)
        let unit = ExternalTestUnit(test: test, name: "ext.p.$(reboot) `a` \"b\" 'c'.sh")
        // A shell that runs the script writes what systemd is to read, and nothing else.
        let settings = folder.path.appending("settings")
        let script = unit.start().replacing("/run/kola-runext-env", with: settings.string)
        _ = try await Command("bash", ["-c", script.replacing("systemctl", with: "true")]).run()
        let written = String(decoding: try FileContent.read(settings), as: UTF8.self)
        #expect(written.contains(#"KOLA_TEST="ext.p.\$(reboot) \`a\` \"b\" 'c'.sh""#))
    }
}
