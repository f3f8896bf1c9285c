import Testing

@testable import LiveBuild

@Suite("The place for kernel arguments in a boot loader's configuration")
struct BootTemplateTests {
    @Test("it begins with the arguments and has the room of the line after them")
    func area() throws {
        let template = BootTemplate(
            path: "EFI/demo/grub.cfg", text: "linux /k @@KERNEL-ARGS@@ a=b\n##### COREOS_KARG_EMBED_AREA\ninitrd /i\n")
        let filled = try template.filled("quiet")
        // coreos-installer's areas end before the last sign of the line.
        #expect(filled.text == "linux /k quiet a=b\n##### COREOS_KARG_EMBED_AREA\ninitrd /i\n")
        #expect(filled.offset == 9 && filled.size == "quiet a=b\n####".utf8.count)
        #expect(filled.arguments == "quiet a=b")
    }

    @Test(
        "a configuration without one usable place says what is wrong",
        arguments: [
            (
                "linux @@KERNEL-ARGS@@\ninitrd /i\n",
                "the line after @@KERNEL-ARGS@@ must be signs #, then # COREOS_KARG_EMBED_AREA"
            ),
            (
                "linux @@KERNEL-ARGS@@\n#x# COREOS_KARG_EMBED_AREA\n",
                "the line after @@KERNEL-ARGS@@ must be signs #, then # COREOS_KARG_EMBED_AREA"
            ),
            ("@@KERNEL-ARGS@@@@KERNEL-ARGS@@", "@@KERNEL-ARGS@@ must be there once; it is there 2 times"),
        ])
    func unusable(text: String, reason: String) throws {
        let error = #expect(throws: LiveBuildError.self) {
            try BootTemplate(path: "EFI/demo/grub.cfg", text: text).filled("quiet")
        }
        #expect(error?.description == "live/EFI/demo/grub.cfg of the configuration: \(reason)")
    }
}
