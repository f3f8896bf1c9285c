import ArgumentParser
import Foundation
import Ignition
import Testing

@testable import TestRunner
@testable import VirtualMachine
@testable import kola

@Suite("kola's options")
struct KolaOptionsTests {
    @Test(
        "sizes of disks are in the units of qemu-img",
        arguments: [("16G", 16 << 30), ("20480m", 20480 << 20), ("1T", 1 << 40), ("512", 512)])
    func diskSize(text: String, bytes: Int64) throws {
        #expect(try ImageOptions.parse(["--qemu-size", text]).diskSize() == bytes)
    }

    @Test("what is no size is refused", arguments: ["", "G", "0G", "16X", "1.5G"])
    func wrongDiskSize(text: String) throws {
        let options = try ImageOptions.parse(["--qemu-size", text])
        #expect(throws: (any Error).self) { try options.diskSize() }
    }

    @Test("options of machines make the primary disk and the rest of the machine")
    func machine() throws {
        let options = try MachineOptions.parse([
            "--no-qemu-swtpm", "--qemu-native-4k", "--qemu-nvme", "--qemu-drive-opts", "cache=none", "--qemu-iso",
            "a.iso", "--qemu-iso-as-disk",
        ])
        var description = MachineDescription(image: "/i.qcow2", primaryDisk: VirtualDisk(size: 5))
        try options.apply(to: &description)
        var disk = VirtualDisk(size: 5, channel: .nvme, sectors: .large)
        disk.driveOptions = "cache=none"
        #expect(description.primaryDisk == disk)
        #expect(description.iso == LiveISO(path: "a.iso", isDisk: true) && !description.hasTPM)
        var run = RunOptions(image: "/i.qcow2")
        try MachineOptions.parse(["--qemu-512e", "--qemu-multipath", "--qemu-nbd-socket"]).apply(to: &run)
        #expect(run.primaryDisk.sectors == .emulated && run.primaryDisk.isMultipath && run.primaryDisk.isOverSocket)
        #expect(run.hasTPM && run.iso == nil)
    }

    @Test("options of live tests are those of upstream")
    func live() throws {
        var run = RunOptions(image: "/i.qcow2")
        try LiveOptions.parse([]).apply(to: &run)
        #expect(!run.installsUnsigned && run.netbootKernelArguments.isEmpty)
        try LiveOptions.parse(["--inst-insecure", "--pxe-kargs", "a=b,c", "--pxe-kargs", "d e"]).apply(to: &run)
        #expect(run.installsUnsigned && run.netbootKernelArguments == ["a=b", "c", "d", "e"])
    }

    @Test(
        "options of machines that exclude each other are refused",
        arguments: [
            (["--qemu-native-4k", "--qemu-512e"], "--qemu-native-4k and --qemu-512e exclude each other"),
            (["--qemu-nvme", "--qemu-multipath"], "--qemu-nvme and --qemu-multipath exclude each other"),
            (
                ["--qemu-nbd-socket", "--qemu-drive-opts", "a"],
                "--qemu-nbd-socket and --qemu-drive-opts exclude each other"
            ),
        ])
    func excluded(arguments: [String], message: String) throws {
        let error = try #require(throws: (any Error).self) { try MachineOptions.parse(arguments) }
        #expect(MachineOptions.message(for: error) == message)
    }

    @Test("a disk with large sectors starts by UEFI, from the image that has them")
    func largeSectors() throws {
        #expect(try MachineOptions.parse(["--qemu-native-4k"]).imageKind == .largeSectors)
        #expect(try MachineOptions.parse(["--qemu-512e"]).imageKind == .disk)
        #expect(try ImageOptions.parse([]).firmware() == .bios)
        #expect(try ImageOptions.parse([]).firmware(.emulated) == .bios)
        #expect(try ImageOptions.parse([]).firmware(.large) == .uefi)
        #expect(try ImageOptions.parse(["--qemu-firmware", "uefi-secure"]).firmware(.large) == .uefiSecure)
        let arguments = ["--qemu-native-4k", "--qemu-firmware", "bios"]
        for message in try [
            RunCommand.message(for: #require(throws: (any Error).self) { try RunCommand.parse(arguments) }),
            QemuexecCommand.message(for: #require(throws: (any Error).self) { try QemuexecCommand.parse(arguments) }),
        ] {
            #expect(message == "--qemu-native-4k: native 4k requires uefi firmware; leave out --qemu-firmware bios")
        }
    }

    @Test("folders that are shared must be there and have a place in the guest")
    func folders() throws {
        func message(_ text: String) throws -> String {
            let error = try #require(throws: ValidationError.self) {
                try MachineOptions.folders([text], name: "--bind-ro", isReadOnly: true)
            }
            return error.message
        }
        #expect(try MachineOptions.folders(["/usr,/var/x"], name: "--bind-ro", isReadOnly: true).count == 1)
        #expect(try message("/no/such,/var/x") == "--bind-ro: /no/such is no folder of this host")
        #expect(
            try message("/usr")
                == "--bind-ro: the shared folder \"/usr\": it must be HOST,GUEST, such as /srv/data,/var/data")
    }

    @Test("upstream's way to turn a switch off is understood, and what comes after -- is left alone")
    func switches() {
        #expect(
            LeadingOptions.order(
                ["run", "--qemu-swtpm=false", "--qemu-swtpm=true", "--", "--qemu-swtpm=false"], subcommands: ["run"])
                == ["run", "--no-qemu-swtpm", "--qemu-swtpm", "--", "--qemu-swtpm=false"])
    }

    @Test("the distribution is the one that is asked for, else the build's, else Fedora CoreOS")
    func distro() throws {
        #expect(try SelectionOptions.parse(["-b", "rhcos"]).selection(buildDistro: "demo").distro == "rhcos")
        #expect(try SelectionOptions.parse([]).selection(buildDistro: "demo").distro == "demo")
        #expect(try SelectionOptions.parse([]).selection(buildDistro: nil).distro == "fcos")
    }

    @Test(
        "options before the subcommand are moved behind it",
        arguments: [
            (["-p", "qemu", "run", "basic"], ["run", "-p", "qemu", "basic"]),
            (["--no-net", "--output-dir=o", "list"], ["list", "--no-net", "--output-dir=o"]),
            (["--workdir", "run", "run", "list"], ["run", "--workdir", "run", "list"]),
            (["run", "-p", "qemu"], ["run", "-p", "qemu"]), (["--help", "run"], ["--help", "run"]),
            (["-p"], ["-p"]),
            (
                ["--qemu-iso", "run", "--qemu-bind-ro", "list", "run"],
                ["run", "--qemu-iso", "run", "--qemu-bind-ro", "list"]
            ), (["-v", "frobnicate"], ["-v", "frobnicate"]), ([], []),
        ])
    func leading(given: [String], expected: [String]) {
        #expect(LeadingOptions.order(given, subcommands: ["run", "list"]) == expected)
    }

    private struct Help: Decodable {
        struct Name: Decodable {
            let kind: String
            let name: String
        }
        struct Argument: Decodable {
            let kind: String
            let names: [Name]?
        }
        struct Command: Decodable {
            let subcommands: [Command]?
            let arguments: [Argument]?
        }
        let command: Command
    }

    @Test("every option of a subcommand that takes a value is known to take one where it stands in front")
    func valuedOptions() throws {
        let help = try JSONDecoder().decode(Help.self, from: Data(Kola._dumpHelp().utf8))
        for option in (help.command.subcommands ?? []).flatMap({ $0.arguments ?? [] }) where option.kind == "option" {
            for name in option.names ?? [] where name.kind == "long" {
                let given = ["--\(name.name)", "value", "run"]
                #expect(LeadingOptions.order(given, subcommands: ["run"]) == ["run", "--\(name.name)", "value"])
            }
        }
    }

    @Test("the image's Ignition is the one that is named, else the build's, else the oldest one that is in use")
    func ignitionSpec() throws {
        #expect(try ImageOptions.parse([]).newestSpec(ofBuild: nil) == SpecVersion(3, 3))
        #expect(try ImageOptions.parse([]).newestSpec(ofBuild: SpecVersion(3, 4)) == SpecVersion(3, 4))
        let named = try ImageOptions.parse(["--ignition-spec", "3.5"])
        #expect(named.newestSpec(ofBuild: SpecVersion(3, 4)) == SpecVersion(3, 5))
        #expect(throws: (any Error).self) { try ImageOptions.parse(["--ignition-spec", "3.9"]) }
    }

    @Test("lines are redrawn only on a terminal that can, and where nobody asked for plain ones")
    func terminal() {
        #expect(RunDisplay.isTerminal(["TERM": "xterm"], output: true))
        #expect(RunDisplay.isTerminal(["TERM": "xterm", "CI": ""], output: true))
        for plain in [["TERM": "dumb"], [:], ["TERM": "xterm", "CI": "1"], ["TERM": "xterm", "NO_COLOR": "1"]] {
            #expect(!RunDisplay.isTerminal(plain, output: true))
        }
        #expect(!RunDisplay.isTerminal(["TERM": "xterm"], output: false))
    }

    @Test(
        "paths of requests stay in the folder",
        arguments: [
            ("/a%20b/./c?d=/e", ["a b", "c"]), ("/", []), ("/../a", nil), ("/a/%2e%2e/b", nil), ("/a%2Fb", nil),
            ("/%00", nil), ("/%zz", nil),
        ] as [(String, [String]?)])
    func paths(uri: String, names: [String]?) {
        #expect(FileServer.components(of: uri) == names)
    }
}
