import HostSystem
import Ignition
import SystemPackage
import TestSupport
import Testing
import VirtualMachine

@testable import TestRunner

@Suite struct ConfigFileTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder(prefix: "config") }

    private func file(_ name: String, _ text: String, _ language: ConfigFile.Language) throws -> ConfigFile {
        let path = folder.path.appending(name)
        try AtomicFile.write(Array(text.utf8), to: path)
        return ConfigFile(path, language)
    }

    private func text(_ config: IgnitionConfig) throws -> String {
        String(decoding: try config.encoded(), as: UTF8.self)
    }

    @Test func localFilesOfButaneAreBesideIt() throws {
        defer { folder.remove() }
        try AtomicFile.write(Array("hello".utf8), to: folder.path.appending("motd"))
        let butane = try file(
            "a.bu",
            "variant: fcos\nversion: 1.4.0\nstorage: {files: [{path: /etc/motd, mode: 0644, contents: {local: motd}}]}\n",
            .butane)
        #expect(try text(butane.read(newest: .guestDefault)).contains(#""source":"data:,hello""#))
    }

    @Test func anErrorNamesFileLineColumnAndKey() throws {
        defer { folder.remove() }
        let butane = try file("a.bu", "variant: fcos\nversion: 1.4.0\nstorage:\n  fils: []\n", .butane)
        let error = try #require(throws: IgnitionError.self) { try butane.read(newest: .guestDefault) }
        #expect(error.description == "\(butane.path):4:3: storage.fils: an unknown key")
    }

    @Test func whatTheGuestsIgnitionDoesNotKnowIsAnErrorWithBothSpecs() throws {
        defer { folder.remove() }
        let butane = try file(
            "a.bu",
            """
            variant: fcos
            version: 1.5.0
            storage:
              luks:
                - {name: a, device: /dev/vdb, discard: true, clevis: {tpm2: true}}
            """, .butane)
        let error = try #require(throws: IgnitionError.self) { try butane.read(newest: SpecVersion(3, 3)) }
        #expect(
            error.description
                == "\(butane.path):5:44: storage.luks.0.discard: the key is of spec 3.4.0, but the guest takes at most "
                + "3.3.0; leave it out")
        #expect(try butane.read(newest: SpecVersion(3, 4)).version == SpecVersion(3, 4))
    }

    @Test(arguments: [
        (" \n{\"ignition\": {\"version\": \"3.1.0\"}}", SpecVersion(3, 1)),
        ("variant: fcos\nversion: 1.2.0\n", SpecVersion(3, 2)),
    ])
    func jsonIsToldFromYAML(text: String, version: SpecVersion) throws {
        defer { folder.remove() }
        #expect(try file("data", text, .either).read(newest: .guestDefault).version == version)
    }

    @Test func aFileThatIsNotThereIsNamed() throws {
        defer { folder.remove() }
        let error = try #require(throws: TestRunnerError.self) {
            try ConfigFile(folder.path.appending("no.bu"), .butane).read(newest: .guestDefault)
        }
        #expect(error.description == "\(folder.path)/no.bu: the config cannot be read: No such file or directory")
    }

    /// What the guest gets: the test's own config, and over it the appended ones in their order.
    private func config(appending texts: [String], spec: SpecVersion = .guestDefault) throws -> String {
        var options = RunOptions(image: "/i.qcow2")
        options.ignitionSpec = spec
        options.appended = try texts.map { try file("a.ign", $0, .either).read(newest: spec) }
        var own = IgnitionConfig()
        own.addFile("/etc/who", text: "test")
        let test = KolaTest(name: "t", ignition: own, body: .native { _ in })
        let key = try MachineSource.key(test, options: options, publicKey: "ssh-ed25519 AAAA")
        return String(decoding: key.ignition, as: UTF8.self)
    }

    @Test func appendedConfigsWinOverTheTests() throws {
        defer { folder.remove() }
        let whole = try config(appending: [
            "variant: fcos\nversion: 1.0.0\nstorage: {files: [{path: /etc/who, contents: {inline: first}}]}\n",
            #"{"ignition":{"version":"3.0.0"},"storage":{"files":[{"path":"/etc/who","contents":{"source":"data:,last"}}]}}"#,
        ])
        #expect(whole.contains("data:,last"))
        #expect(!whole.contains("data:,first") && !whole.contains("data:,test"))
        #expect(whole.contains("kola-ready.service"))
    }

    @Test func aGuestNeverGetsANewerSpecThanItTakes() throws {
        defer { folder.remove() }
        #expect(try config(appending: [], spec: SpecVersion(3, 1)).contains(#""version":"3.1.0""#))
        let newer = #"{"ignition":{"version":"3.4.0"}}"#
        #expect(try config(appending: [newer]).contains(#""version":"3.3.0""#))
        #expect(try config(appending: [newer], spec: SpecVersion(3, 5)).contains(#""version":"3.4.0""#))
    }

    @Test func warningsOfAppendedConfigsAreTold() async throws {
        defer { folder.remove() }
        let odd = try file("odd.ign", #"{"ignition":{"version":"3.3.0"},"stroage":{}}"#, .ignition)
        var options = RunOptions(image: folder.path.appending("none.qcow2"))
        options.appended = [try odd.read(newest: .guestDefault)]
        options.externalDirectories = []
        let notes = Notes()
        let test = KolaTest(name: "t", body: .native { _ in })
        await #expect(throws: TestRunnerError.self) {
            try await TestRun(options, native: [test]) { notes.add($0) }.run()
        }
        #expect(notes.lines.contains("warning: \(odd.path):1:33: stroage: an unknown key, which Ignition ignores"))
    }
}
