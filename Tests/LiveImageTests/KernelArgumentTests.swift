import HostSystem
import TestSupport
import Testing

@testable import LiveImage

@Suite("A live image's kernel arguments")
struct KernelArgumentTests {
    @Test("they change in every boot loader's configuration and can be set back")
    func changing() async throws {
        let fixture = try await LiveISOFixture(in: TemporaryDirectory())
        let before = try Digest.ofFile(fixture.path)
        var image = try await LiveISOImage(fixture.path)
        #expect(try image.kernelArguments == LiveISOFixture.arguments)
        // The last change counts.
        try image.setKernelArguments("quiet")
        try image.setKernelArguments("coreos.liveiso=live quiet")
        try image.save(to: nil)
        for file in ["isolinux/isolinux.cfg", "EFI/demo/grub.cfg"] {
            let text = String(decoding: try await LiveISOFixture.content(file, of: fixture.path), as: UTF8.self)
            #expect(text.contains(" coreos.liveiso=live quiet\n####"))
            #expect(text.hasSuffix("#### COREOS_KARG_EMBED_AREA\n"))
        }
        var again = try await LiveISOImage(fixture.path)
        #expect(try again.kernelArguments == "coreos.liveiso=live quiet")
        #expect(try again.defaultKernelArguments == LiveISOFixture.arguments)
        #expect(!again.isPristine)
        try again.setKernelArguments(again.defaultKernelArguments)
        try again.save(to: nil)
        #expect(try Digest.ofFile(fixture.path) == before)
    }

    @Test("what does not fit is refused with both numbers of bytes")
    func tooLong() async throws {
        let fixture = try await LiveISOFixture(in: TemporaryDirectory())
        var image = try await LiveISOImage(fixture.path)
        try image.setKernelArguments(String(repeating: "a", count: 299))
        let error = #expect(throws: LiveImageError.self) {
            try image.setKernelArguments(String(repeating: "a", count: 300))
        }
        #expect(
            error?.description == "\(fixture.path): the kernel arguments take 301 bytes, and there is room for 300")
    }

    @Test(
        "edits are coreos-installer's",
        arguments: [
            (["foo"], [], [], "foo bar foobar", "bar foobar"),
            (["bar", "foo"], [], [], "foo bar foobar", "foobar"),
            (["foo=val"], [], [], "foo=val bar baz=val", "bar baz=val"),
            (["a"], [], [], "a b a", "b"),
            ([], ["console=ttyS1 quiet"], [], "foo", "foo console=ttyS1 quiet"),
            (
                ["console=ttyS0"], ["console=ttyS1"], ["mitigations=auto,nosmt=auto"],
                "foo mitigations=auto,nosmt console=tty0 console=ttyS0 baz",
                "foo mitigations=auto console=tty0 baz console=ttyS1"
            ),
        ] as [([String], [String], [String], String, String)])
    func edits(deleted: [String], appended: [String], replaced: [String], before: String, after: String) throws {
        var edit = KernelArgumentEdit()
        (edit.deleted, edit.appended, edit.replaced) = (deleted, appended, replaced)
        var notes: [String] = []
        #expect(try edit.apply(to: before) { notes.append($0) } == after)
        #expect(notes.isEmpty)
    }

    @Test("an edit that changes nothing is noted, and a replacement needs an old and a new value")
    func uselessEdits() throws {
        var edit = KernelArgumentEdit()
        (edit.deleted, edit.replaced) = (["quiet"], ["a=1=2"])
        var notes: [String] = []
        #expect(try edit.apply(to: "a=3") { notes.append($0) } == "a=3")
        #expect(
            notes == [
                "there is no kernel argument quiet to delete", "there is no kernel argument a=1 to replace",
            ])
        edit.replaced = ["a=1"]
        let error = #expect(throws: KernelArgumentEditError.self) { try edit.apply(to: "a=1") { _ in } }
        #expect(error?.description == "--replace a=1: write KEY=OLD=NEW")
    }
}
