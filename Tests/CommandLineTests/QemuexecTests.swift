import Foundation
import HostSystem
import Ignition
import SystemPackage
import TestRunner
import TestSupport
import Testing
import VirtualMachine

@testable import kola

@Suite("kola qemuexec", .timeLimit(.minutes(5)))
struct QemuexecTests {
    private func session(_ arguments: String...) throws -> (shell: Devshell, isOnConsole: Bool) {
        try QemuexecCommand.parse(["--workdir", "/nonexistent"] + arguments).session()
    }

    private func config(_ shell: Devshell) throws -> String {
        guard case .merged(let configs) = shell.provisioning else { return "none" }
        return try configs.map { String(decoding: try $0.encoded(), as: UTF8.self) }.joined()
    }

    @Test("an image gives a shell, with one processor and without the internet")
    func plain() throws {
        let (shell, isOnConsole) = try session("a.qcow2", "--kargs", "a", "--kargs", "b=1")
        #expect(!isOnConsole && shell.machine.image != nil)
        #expect(shell.machine.image == "a.qcow2" && shell.machine.processors == 1 && !shell.machine.internet)
        #expect(shell.machine.hostname == nil && shell.machine.kernelArguments == "a b=1")
        #expect(try config(shell) == "")
    }

    @Test("a development shell has the internet, all processors, a name, and a console where core is logged in")
    func devshell() throws {
        let (shell, isOnConsole) = try session("--devshell", "a.qcow2")
        #expect(!isOnConsole && shell.machine.internet && shell.machine.hostname == "cosa-devsh")
        #expect(shell.machine.processors == HostCapacity.processors)
        #expect(try config(shell).contains("10-autologin.conf"))
        #expect(try session("--devshell", "a.qcow2", "--hostname", "x").shell.machine.hostname == "x")
    }

    @Test("a development shell shows the working directory; another shell, and another folder, nothing")
    func workdir() throws {
        let folder = try TemporaryDirectory()
        try folder.write("{}", to: "builds/builds.json")
        try folder.write("", to: "tmp/a")
        let path = folder.path
        func folders(_ arguments: String...) throws -> [SharedFolder] {
            try QemuexecCommand.parse(["a.qcow2", "--workdir"] + arguments).session().shell.machine.sharedFolders
        }
        try #require(SharedFolder.canBeServed)
        #expect(
            try folders(path.string, "--devshell") == [
                SharedFolder(host: path, guest: "/var/mnt/workdir", isReadOnly: true),
                SharedFolder(host: path.appending("tmp"), guest: "/var/mnt/workdir-tmp", isReadOnly: false),
            ])
        #expect(try folders(path.string).isEmpty)
        #expect(try folders(path.appending("tmp").string, "--devshell").isEmpty)
    }

    @Test("-c is the same on the console")
    func devshellConsole() throws {
        let (shell, isOnConsole) = try session("-c", "a.qcow2", "--propagate-initramfs-failure")
        #expect(isOnConsole && shell.machine.internet && shell.failsWithInitramfs)
        #expect(try config(shell).contains("autologin.conf") && config(shell).contains("autoresize.sh"))
    }

    @Test("without an image there is an empty disk and the console, and no config that nobody asked for")
    func blankDisk() throws {
        let (shell, isOnConsole) = try session()
        #expect(isOnConsole && shell.machine.image == nil && shell.machine.primaryDisk.size == 12 << 30)
        guard case .none = shell.provisioning else { throw Unexpected() }
        #expect(try session("--qemu-size", "3G").shell.machine.primaryDisk.size == 3 << 30)
        #expect(try config(session("--add-ignition", "noautoupdate").shell).contains("zincati"))
    }

    private struct Unexpected: Error {}

    @Test("well-known pieces are named one by one or with commas")
    func fragments() throws {
        let one = try config(session("a.qcow2", "--add-ignition", "autologin,noautoupdate").shell)
        let two = try config(
            session("a.qcow2", "--add-ignition", "autologin", "--add-ignition", "noautoupdate").shell)
        #expect(one == two && one.contains("zincati") && one.contains("serial-getty@.service"))
    }

    @Test("what the firmware boots over the network is a file in a folder")
    func netboot() throws {
        let folder = try TemporaryDirectory()
        try folder.write("#!ipxe\n", to: "tftp/boot/script.ipxe")
        let file = folder.appending("tftp/boot/script.ipxe").string
        let (shell, isOnConsole) = try session("--netboot", file, "--usernet-addr", "10.9.0.0/24")
        #expect(isOnConsole && shell.machine.image == nil && shell.machine.primaryDisk.size == 12 << 30)
        #expect(shell.machine.netboot == .init(folder: folder.appending("tftp/boot"), file: "script.ipxe"))
        #expect(shell.machine.networkAddress == "10.9.0.0/24" && shell.machine.internet)
        let inFolder = try session(
            "--netboot", "boot/script.ipxe", "--netboot-dir", folder.appending("tftp").string
        ).shell
        #expect(inFolder.machine.netboot == .init(folder: folder.appending("tftp"), file: "boot/script.ipxe"))
    }

    @Test("a config that is given as it is is not read")
    func direct() throws {
        let folder = try TemporaryDirectory()
        try folder.write("no config", to: "c.ign")
        let (shell, isOnConsole) = try session(
            "a.qcow2", "--ignition-direct", "-i", folder.appending("c.ign").string, "--inject-ignition")
        #expect(isOnConsole && shell.machine.hasIgnitionOnDisk)
        guard case .direct(let bytes) = shell.provisioning else { throw Unexpected() }
        #expect(bytes == Array("no config".utf8))
    }

    @Test(
        "what excludes each other, and what is not here, is wrong usage with its reason",
        arguments: [
            (["-c", "--console-to-file", "f"], "Cannot use console devshell and --console-to-file"),
            (["-c", "-x", "true"], "Cannot use --devshell-console with --ssh-command, which needs no console"),
            (["--ignition-direct"], "Cannot use --ignition-direct without --ignition"),
            (
                ["--ignition-direct", "-B", "a"],
                "Cannot use --ignition-direct with --butane, which has to be translated"
            ),
            (
                ["--ignition-direct", "-i", "a", "--add-ignition", "autologin"],
                "Cannot use --add-ignition with --ignition-direct"
            ),
            (
                ["--ignition-direct", "-i", "a", "--append-butane", "b"],
                "Cannot use --append-butane or --append-ignition with --ignition-direct"
            ),
            (["--devshell", "--ignition-direct", "-i", "a"], "Cannot use devshell with --ignition-direct"),
            (
                ["-x", "id", "--netboot", "f"],
                "Cannot use --ssh-command with --ignition-direct or --netboot: nobody can log in"
            ),
            (
                ["--add-ignition", "autoflogin"],
                "--add-ignition: Unknown fragment: autoflogin; there are autologin, autoresize, noautoupdate"
            ),
            (["--additional-nics", "17"], "additional-nics value cannot be negative or greater than 16"),
            (["--usernet-addr", "10.0.3.0"], "--usernet-addr: \"10.0.3.0\" is no network; write 10.0.3.0/24"),
            (
                ["--usernet-addr", "10.0.300.0/24"],
                "--usernet-addr: \"10.0.300.0/24\" is no network; write 10.0.3.0/24"
            ),
            (["--netboot-dir", "/tmp"], "--netboot-dir needs --netboot, a file in it"),
            (
                ["--arch", "s390x"],
                "--arch: there are no machines of the architecture \"s390x\" here, only x86_64"
            ),
            (["--netboot", "/no/file"], "--netboot: /no/file: no such file"),
            (["-x", "id"], "Cannot use --ssh-command without a disk image: nobody can log in"),
            (["a.qcow2", "--qemu-image", "b.qcow2"], "Multiple disk images provided"),
            (["word"], "\"word\" is neither an option nor a *.qcow2; arguments for QEMU come after --"),
        ])
    func usage(arguments: [String], message: String) async throws {
        let output = try await Tool().kola(["qemuexec"] + arguments)
        #expect(output.status == 64)
        #expect(output.lastErrorLine == "error: \(message)")
    }

    @Test("a file for the console that cannot be written is named", arguments: ["--qemu-image", "--netboot"])
    func consoleFile(option: String) async throws {
        let tool = try Tool()
        try BootSector.write("x", to: tool.work.appending("disk.img"))
        let output = try await tool.kola("qemuexec", option, "disk.img", "--console-to-file", "no/log")
        #expect(output.status == 1)
        #expect(
            output.lastErrorLine == "error: no/log: the console cannot be written there: No such file or directory")
    }

    @Test("a development shell needs an image")
    func devshellWithoutImage() async throws {
        let output = try await Tool().kola("qemuexec", "--devshell")
        #expect(output.status == 1)
        #expect(output.lastErrorLine.hasPrefix("error: No build found"))
    }

    /// Runs kola on a terminal of its own, with these keys pressed, and returns what it shows.
    private func onTerminal(_ tool: Tool, _ arguments: String, keys: String) async throws -> Command.Output {
        let command = "COSA_NO_KVM=1 \(Tool.path("kola")) \(arguments)"
        return try await Command(
            "script", ["--quiet", "--return", "--command", command, "/dev/null"], workingDirectory: tool.work
        ).capture(input: Array(keys.utf8))
    }

    @Test("the console is on the terminal, and Ctrl-a x ends the machine")
    func console() async throws {
        let tool = try Tool()
        try BootSector.write("this is the guest\r\n", to: tool.work.appending("disk.img"))
        let output = try await onTerminal(tool, "qemuexec -c --qemu-image disk.img", keys: "a\u{1}h\u{1}x")
        #expect(output.status == 0)
        #expect(output.text.contains("Ctrl-a x ends the machine"))
    }

    @Test("a program is booted over the network, the console is in a file, and the machine's end is the command's")
    func bootsOverTheNetwork() async throws {
        let tool = try Tool()
        let disk = tool.work.appending("disk.img")
        try BootSector.write("this came over the network\r\n", to: disk, powersOff: true)
        try AtomicFile.write(Array(FileContent.read(disk).prefix(512)), to: tool.work.appending("program.img"))
        let output = try await tool.kola(
            "qemuexec", "--netboot", "program.img", "--usernet-addr", "10.9.0.0/24", "--console-to-file", "log")
        #expect(output.status == 0, "\(output.standardError)")
        let log = String(decoding: try FileContent.read(tool.work.appending("log")), as: UTF8.self)
        #expect(log.contains("iPXE") && log.contains("this came over the network"), "\(log)")
    }

    @Test("a machine that fails on the console ends where that is asked for")
    func initramfsFailure() async throws {
        let tool = try Tool()
        try BootSector.write("Press Enter for emergency shell\r\n", to: tool.work.appending("disk.img"))
        let output = try await tool.kola(
            "qemuexec", "-c", "--qemu-image", "disk.img", "--propagate-initramfs-failure")
        #expect(output.status == 1)
        #expect(output.lastErrorLine.hasPrefix("error: emergency shell on the console"), "\(output.lastErrorLine)")
        #expect(output.text.contains("Press Enter for emergency shell"))
        // Without the console there is a hint at it.
        let shell = try await tool.kola("qemuexec", "--qemu-image", "disk.img", "-x", "true")
        #expect(shell.status == 1)
        #expect(
            shell.lastErrorLine.hasSuffix("with --devshell-console you can look around there"),
            "\(shell.lastErrorLine)")
    }
}
