import Foundation
import HostSystem
import SystemPackage
import TestSupport
import Testing

/// `cosa iso` on a small image.
@Suite("cosa iso") struct ISOCommandTests {
    let tool: Tool
    let image: FilePath

    init() async throws {
        tool = try Tool()
        image = try await LiveISOFixture(in: tool.temporary).path
    }

    @Test("a config is embedded, shown and removed")
    func ignition() async throws {
        let before = try Digest.ofFile(image)
        let config = #"{"ignition": {"version": "3.5.0"}}"#
        let file = try tool.temporary.write(config, to: "config.ign")
        let embedded = try await tool.cosa("iso", "ignition", "embed", "-i", file.string, image.string)
        #expect(embedded.status == 0 && embedded.standardError == "")
        #expect(try await tool.cosa("iso", "ignition", "show", image.string).text == config)

        let twice = try await tool.cosa("iso", "ignition", "embed", "-i", file.string, image.string)
        #expect(twice.status == 1)
        #expect(twice.lastErrorLine == "error: \(image) has an Ignition config already; --force replaces it")
        #expect(try await tool.cosa("iso", "ignition", "embed", "-fi", file.string, image.string).status == 0)

        #expect(try await tool.cosa("iso", "ignition", "remove", image.string).status == 0)
        #expect(try Digest.ofFile(image) == before)
        let missing = try await tool.cosa("iso", "ignition", "show", image.string)
        #expect(missing.status == 1 && missing.lastErrorLine == "error: \(image) has no Ignition config")
    }

    @Test("a config from standard input goes into a copy on standard output")
    func pipes() async throws {
        let before = try Digest.ofFile(image)
        let config = #"{"ignition": {"version": "3.3.0"}}"#
        let copy = try await Command(
            Tool.path("cosa"), ["iso", "ignition", "embed", "-o", "-", image.string], workingDirectory: tool.work
        ).run(input: Array(config.utf8)).standardOutput
        #expect(try Digest.ofFile(image) == before)
        let path = tool.temporary.appending("copy.iso")
        try AtomicFile.write(copy, to: path)
        #expect(try await tool.cosa("iso", "ignition", "show", path.string).text == config)
    }

    @Test("a config that is not valid is refused with its place, and the image stays as it is")
    func invalidConfig() async throws {
        let before = try Digest.ofFile(image)
        let file = try tool.temporary.write(
            #"{"ignition": {"version": "3.3.0"}, "storage": {"files": [{"path": "etc/a"}]}}"#, to: "bad.ign")
        let refused = try await tool.cosa("iso", "ignition", "embed", "-i", file.string, image.string)
        #expect(refused.status == 1)
        #expect(refused.lastErrorLine.hasPrefix("error: \(file):1:"))
        #expect(refused.lastErrorLine.contains("storage.files.0.path"))
        let missing = try await tool.cosa("iso", "ignition", "embed", "-i", "/nowhere.ign", image.string)
        #expect(missing.lastErrorLine == "error: cannot read /nowhere.ign: No such file or directory")
        #expect(try Digest.ofFile(image) == before)
    }

    @Test("arguments are changed in a copy, shown and reset")
    func arguments() async throws {
        let before = try Digest.ofFile(image)
        let copy = tool.temporary.appending("copy.iso").string
        let modified = try await tool.cosa(
            "iso", "kargs", "modify", "-a", "quiet", "-d", "nowhere", "-r", "mitigations=auto,nosmt=off", "-o", copy,
            image.string)
        #expect(modified.status == 0)
        #expect(modified.standardError.contains("warning: there is no kernel argument nowhere to delete"))
        #expect(try Digest.ofFile(image) == before)
        #expect(
            try await tool.cosa("iso", "kargs", "show", copy).text
                == "coreos.liveiso=live mitigations=off ignition.platform.id=metal quiet")
        #expect(try await tool.cosa("iso", "kargs", "show", "--default", copy).text == LiveISOFixture.arguments)
        #expect(try await tool.cosa("iso", "kargs", "reset", copy).status == 0)
        #expect(try Digest.ofFile(FilePath(copy)) == before)
    }

    @Test("the files of a network boot are taken out")
    func networkBoot() async throws {
        let folder = tool.temporary.appending("pxe")
        let result = try await tool.cosa("iso", "extract", "pxe", "-o", folder.string, image.string)
        let names = ["live-initrd.img", "live-rootfs.img", "live-vmlinuz"]
        #expect(result.text.split(separator: "\n").map(String.init) == names.map { folder.appending($0).string })
        #expect(try FileContent.read(folder.appending("live-rootfs.img")) == LiveISOFixture.rootfs)
        let twice = try await tool.cosa("iso", "extract", "pxe", "-o", folder.string, image.string)
        #expect(
            twice.lastErrorLine
                == "error: cannot write \(folder.appending("live-initrd.img")): it exists; choose another name or remove it"
        )
    }

    @Test("an image that has no minimal one says so")
    func noMinimalImage() async throws {
        let result = try await tool.cosa(
            "iso", "extract", "minimal", image.string, tool.temporary.appending("m.iso").string)
        #expect(result.status == 1)
        #expect(
            result.lastErrorLine
                == "error: \(image) has nothing to make a minimal image from (coreos/miniso.dat is missing or empty)")
    }
}
