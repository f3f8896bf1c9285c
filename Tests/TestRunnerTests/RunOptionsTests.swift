import Ignition
import Testing
import VirtualMachine

@testable import TestRunner

@Suite struct RunOptionsTests {
    private func test(
        firmware: MachineDescription.Firmware? = nil, _ change: (inout TestMetadata) -> Void = { _ in }
    ) -> KolaTest {
        var metadata = TestMetadata()
        change(&metadata)
        return KolaTest(name: "t", metadata: metadata, firmware: firmware, body: .native { _ in })
    }

    @Test func aMachineHasWhatTestAndCommandLineBothNeed() throws {
        var options = RunOptions(image: "/i.qcow2")
        let hungry = test {
            $0.minMemory = 2048
            $0.minDisk = 20
        }
        #expect(try options.machine(of: test()).memory == 1024 && options.machine(of: test()).primaryDisk.size == nil)
        #expect(
            try options.machine(of: hungry).memory == 2048 && options.machine(of: hungry).primaryDisk.size == 20 << 30)
        options.memory = 1536
        options.diskSize = 16 << 30
        // The command line raises what every test gets; it does not take from a test what it says it needs.
        #expect(
            try options.machine(of: test()).memory == 1536 && options.machine(of: test()).primaryDisk.size == 16 << 30)
        #expect(
            try options.machine(of: hungry).memory == 2048 && options.machine(of: hungry).primaryDisk.size == 20 << 30)
        options.memory = 4096
        options.diskSize = 30 << 30
        #expect(
            try options.machine(of: hungry).memory == 4096 && options.machine(of: hungry).primaryDisk.size == 30 << 30)
    }

    @Test func aTestsOwnFirmwareAndNetworkWin() throws {
        var options = RunOptions(image: "/i.qcow2")
        options.firmware = .uefi
        #expect(try options.machine(of: test()).firmware == .uefi)
        #expect(try options.machine(of: test(firmware: .bios)).firmware == .bios)
        #expect(try !options.machine(of: test()).internet)
        #expect(try options.machine(of: test { $0.tags = [SpecialTag.needsInternet] }).internet)
    }

    @Test func theConfigGoesToTheDiskOfAnImageThatReadsItThereAndNotToALiveISO() throws {
        var options = RunOptions(image: "/i.raw")
        options.iso = "/i.iso"
        #expect(try !options.machine(of: test()).hasIgnitionOnDisk)
        options.hasIgnitionOnDisk = true
        #expect(try options.machine(of: test()).hasIgnitionOnDisk)
        #expect(try !options.machine(of: test { $0.bootFrom = "iso" }).hasIgnitionOnDisk)
    }

    @Test func foldersOfTheRunAndOfTheTestAreMountedReadOnly() throws {
        var options = RunOptions(image: "/i.qcow2")
        options.sharedFolders = [try SharedFolder(parsing: "/a,/var/a", isReadOnly: true)]
        let machine = try options.machine(of: test { $0.bindMountHostRO = ["/b,/var/b-c/d e"] })
        #expect(machine.sharedFolders.map(\.host) == ["/a", "/b"])
        #expect(machine.sharedFolders.map(\.isReadOnly) == [true, true])
        var config = IgnitionConfig()
        config.addParts(of: machine)
        #expect(config.unitNames == ["var-a.mount", #"var-b\x2dc-d\x20e.mount"#])
        let text = String(decoding: try config.encoded(), as: UTF8.self)
        #expect(text.contains(#"What=kola1\nWhere=/var/b-c/d e\nType=virtiofs\nOptions=ro\n"#))
    }

    @Test func machinesHaveATrustedModuleWhereTheRunSaysSo() throws {
        var options = RunOptions(image: "/i.qcow2")
        #expect(try options.machine(of: test()).hasTPM == false)
        options.hasTPM = true
        #expect(try options.machine(of: test()).hasTPM == true)
    }

    @Test func portsAreTakenAndForwarded() throws {
        let options = RunOptions(image: "/i.qcow2")
        let web = test { $0.requiredHostPorts = [443, 80] }
        #expect(options.demand(of: web) == MachineSlots.Demand(memory: 1024, ports: [80, 443]))
        #expect(try options.machine(of: web).hostPorts == [443, 80])
    }

    @Test func containerImageIsADiskAndASetting() throws {
        var options = RunOptions(image: "/i.qcow2")
        options.containerArchive = "/a.ociarchive"
        #expect(try options.machine(of: test()).containerArchive == nil)
        let machine = try options.machine(of: test { $0.injectContainer = true })
        #expect(machine.containerArchive == "/a.ociarchive" && machine.image == "/i.qcow2")
        var config = GuestConfiguration.base(publicKey: "k")
        let units = config.unitNames
        config.addParts(of: machine)
        // Ignition takes each unit once.
        #expect(config.unitNames == units)
        let text = String(decoding: try config.encoded(), as: UTF8.self)
        #expect(text.contains("Environment=KOLA_EXT_OSTREE_OCIARCHIVE=/dev/disk/by-id/virtio-kola-ociarchive\\n"))
        #expect(config.filePaths.contains("/etc/udev/rules.d/70-kola-ociarchive.rules"))
    }

    @Test func testOrPlatformDecidesWhatBoots() throws {
        var options = RunOptions(image: "/i.qcow2")
        options.iso = "/a.iso"
        func iso(_ bootFrom: String?) throws -> LiveISO? {
            let machine = try options.machine(of: test { $0.bootFrom = bootFrom })
            #expect((machine.image == nil) == (machine.iso != nil))
            return machine.iso
        }
        #expect(try iso(nil) == nil)
        #expect(try iso("iso") == LiveISO(path: "/a.iso"))
        #expect(try iso("iso-as-disk") == LiveISO(path: "/a.iso", isDisk: true))
        options.selection.platform = "qemu-iso"
        #expect(try iso(nil) == LiveISO(path: "/a.iso"))
        options.isoIsDisk = true
        #expect(try iso(nil) == LiveISO(path: "/a.iso", isDisk: true))
        #expect(try iso("iso") == LiveISO(path: "/a.iso"))
    }

    @Test func primaryDiskIsTheTestsAndElseTheRuns() throws {
        var options = RunOptions(image: "/i.qcow2")
        options.primaryDisk = VirtualDisk(channel: .nvme, sectors: .large)
        #expect(try options.machine(of: test()).primaryDisk == VirtualDisk(channel: .nvme, sectors: .large))
        let own = test { $0.primaryDisk = "20G:channel=scsi" }
        #expect(
            try options.machine(of: own).primaryDisk == VirtualDisk(size: 20 << 30, channel: .scsi, sectors: .large))
    }

    @Test func limitsOfTimeCanBeExtended() throws {
        var options = RunOptions(image: "/i.qcow2")
        #expect(options.timeout(of: test()) == .seconds(600))
        #expect(options.timeout(of: test { $0.timeoutMin = 15 }) == .seconds(900))
        options.extendTimeoutPercentage = 50
        #expect(options.timeout(of: test { $0.timeoutMin = 15 }) == .seconds(1350))
    }
}
