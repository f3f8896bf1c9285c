import Foundation
import HostSystem
import SystemPackage
import TestSupport
import Testing

@testable import kola

@Suite("kola spawn, bootchart and shells after failures", .timeLimit(.minutes(5)))
struct SpawnTests {
    @Test(
        "what cannot be is wrong usage with its reason",
        arguments: [
            (["spawn", "-c", "0"], "Cluster Failed: nodecount must be one or more"),
            (
                ["spawn", "--detach"],
                "--detach: machines end with the command that started them; keep it running with --idle"
            ),
            (
                ["spawn", "--remove=false"],
                "--no-remove: machines end with the command that started them; keep it running with --idle"
            ),
            (["spawn", "--json-info-fd", "999"], "--json-info-fd: file descriptor 999 is not open"),
            (["-p", "aws", "spawn"], "--platform aws: machines are of the platform qemu only"),
            (
                ["run-upgrade", "-E", "."],
                "--exttest: external tests are run by kola run; upgrades have tests of their own"
            ),
            (
                ["run-upgrade", "--qemu-image-dir", "d"],
                "--qemu-image-dir: no images are downloaded, so none are kept; name the old image with --qemu-image"
            ),
            (["spawn", "--qemu-image", "i", "--key", "none.pub"], "--key: none.pub: No such file or directory"),
            (
                ["spawn", "--qemu-image", "i", "--key", "disk.img"],
                "--key: disk.img: no public SSH key is in its first line"
            ),
            (
                ["run", "--ssh-on-test-failure"],
                "--ssh-on-test-failure opens a shell on the terminal, but standard input or output is none"
            ),
            (
                ["run", "--stream", "stable"],
                "--stream: streams have images of clouds, not of the platform qemu; use --qemu-image"
            ),
            (
                ["run", "--log-level", "LOUD"],
                "--log-level: \"LOUD\" is no level; there are CRITICAL, ERROR, WARNING, NOTICE, INFO, DEBUG, TRACE"
            ),
            (
                ["run", "--debug-systemd-unit", "sshd"],
                "--debug-systemd-unit: \"sshd\" is no name of a unit; write it in full, such as sshd.service"
            ),
        ])
    func usage(arguments: [String], message: String) async throws {
        let tool = try Tool()
        try BootSector.write("x", to: tool.work.appending("disk.img"))
        let output = try await tool.kola(arguments)
        #expect(output.status == 64)
        #expect(output.lastErrorLine == "error: \(message)")
    }

    @Test("one build alone is nothing to upgrade from")
    func withoutParent() async throws {
        let tool = try Tool()
        try await tool.makeBuild()
        let output = try await tool.kola("run-upgrade")
        #expect(output.status == 1)
        #expect(
            output.lastErrorLine
                == "error: there is no build before 1.0 with an image for QEMU; name the old image with --qemu-image")
    }

    @Test("without a build there is nothing to boot", arguments: ["spawn", "bootchart", "run-upgrade"])
    func withoutBuild(command: String) async throws {
        let output = try await Tool().kola(command)
        #expect(output.status == 1)
        #expect(output.lastErrorLine.hasPrefix("error: No build found"), "\(output.lastErrorLine)")
        #expect(output.text.isEmpty)
    }

    @Test("switches that are on are turned off as upstream's are")
    func switches() throws {
        func parse(_ arguments: String...) throws -> SpawnCommand {
            try SpawnCommand.parse(LeadingOptions.order(arguments, subcommands: ["spawn"]))
        }
        #expect(try parse().shell && parse("--shell=true").shell)
        #expect(try !parse("--shell=false").shell && !parse("--no-shell").shell)
        #expect(try parse("--nodecount", "3").nodecount == 3)
        let debugged = try RepetitionOptions.parse(
            ["--debug-systemd-unit", "a@b.service", "--debug-systemd-unit", #"dev-virtio\x2dports.device"#])
        #expect(debugged.debugSystemdUnit.count == 2)
    }

    @Test("keys come from files that are named, or from the usual ones of the user")
    func keys() throws {
        let folder = try TemporaryDirectory()
        try folder.write("ssh-ed25519 AAAA a@b\n", to: "home/.ssh/id_ed25519.pub")
        try folder.write("ssh-rsa BBBB\nmore\n", to: "other.pub")
        let home = folder.appending("home")
        #expect(try SpawnKeyOptions.parse([]).publicKeys(home: home) == [])
        #expect(try SpawnKeyOptions.parse(["-k"]).publicKeys(home: home) == ["ssh-ed25519 AAAA a@b"])
        let named = try SpawnKeyOptions.parse(["--key", folder.appending("other.pub").string])
        #expect(try named.publicKeys(home: home) == ["ssh-rsa BBBB"])
    }

    @Test("a guest that does not come up is the command's failure, and its console is kept", arguments: [1, 2])
    func panic(count: Int) async throws {
        let tool = try Tool()
        try BootSector.write("Kernel panic - not syncing: x\r\n", to: tool.work.appending("disk.img"))
        let output = try await tool.kola(
            "spawn", "-c", "\(count)", "--qemu-image", "disk.img", "--output-dir", "out")
        #expect(output.status == 1)
        #expect(output.lastErrorLine.hasPrefix("error: kernel panic on the console"), "\(output.standardError)")
        let console = try FileContent.read(
            tool.work.appending(count == 1 ? "out/qemu0/console.txt" : "out/template/console.txt"))
        #expect(String(decoding: console, as: UTF8.self).contains("not syncing"))
    }
}
