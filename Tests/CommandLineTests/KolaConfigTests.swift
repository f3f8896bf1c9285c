import Testing

@Suite("configs on kola's command line", .timeLimit(.minutes(5)))
struct KolaConfigTests {
    /// A working folder with an image and a config that is wrong.
    private func tool() throws -> Tool {
        let tool = try Tool()
        try tool.temporary.write("", to: "work/disk.qcow2")
        try tool.temporary.write("variant: fcos\nversion: 1.9.0\n", to: "work/new.bu")
        try tool.temporary.write(
            #"{"ignition":{"version":"3.4.0"},"storage":{"luks":[{"name":"a","device":"/dev/vdb","discard":true}]}}"#,
            to: "work/new.ign")
        return tool
    }

    @Test(
        "a config that is wrong ends the command before a machine starts, with its file, line and column",
        arguments: [
            ["run", "--append-butane", "new.bu", "basic"], ["qemuexec", "--append-butane", "new.bu"],
            ["qemuexec", "-B", "new.bu"], ["--append-butane", "new.bu", "run", "basic"],
        ])
    func wrong(arguments: [String]) async throws {
        let output = try await tool().kola(arguments + ["--qemu-image", "disk.qcow2"])
        #expect(output.status == 1)
        #expect(
            output.lastErrorLine
                == "error: new.bu:2:10: version: the text \"1.9.0\" is not a version of fcos that is read; those are 1.0.0 to 1.6.0"
        )
    }

    @Test("what the image's Ignition does not know is refused with the key and both specs")
    func tooNew() async throws {
        let output = try await tool().kola("run", "--qemu-image", "disk.qcow2", "--append-ignition", "new.ign", "basic")
        #expect(output.status == 1)
        #expect(
            output.lastErrorLine
                == "error: new.ign:1:84: storage.luks.0.discard: the key is of spec 3.4.0, but the guest takes at most "
                + "3.3.0; leave it out")
    }

    @Test("a config that is not there is named")
    func missing() async throws {
        let output = try await tool().kola("run", "--qemu-image", "disk.qcow2", "--append-butane", "no.bu", "basic")
        #expect(output.lastErrorLine == "error: no.bu: the config cannot be read: No such file or directory")
    }

    @Test(
        "configs that exclude each other, and a version that is none, are wrong usage",
        arguments: [
            (["qemuexec", "-B", "a", "-i", "b"], "error: Cannot use both --ignition and --butane"),
            (
                ["run", "--ignition-spec", "4.0"],
                "error: The value '4.0' is invalid for '--ignition-spec <version>': there are 3.0 to 3.5"
            ),
        ])
    func usage(arguments: [String], message: String) async throws {
        let output = try await tool().kola(arguments)
        #expect(output.status == 64)
        #expect(output.lastErrorLine == message)
    }
}
