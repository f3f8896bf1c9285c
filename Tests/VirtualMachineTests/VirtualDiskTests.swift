import Testing

@testable import VirtualMachine

@Suite struct VirtualDiskTests {
    @Test func optionsAreRead() throws {
        #expect(try VirtualDisk(parsing: "5G") == VirtualDisk(size: 5 << 30))
        #expect(
            try VirtualDisk(parsing: "10G:channel=scsi,4k,serial=a,wwn=12")
                == VirtualDisk(size: 10 << 30, channel: .scsi, sectors: .large, serial: "a", worldWideName: 12))
        #expect(try VirtualDisk(parsing: ":mpath", sizeIsOptional: true) == VirtualDisk(isMultipath: true))
        #expect(try VirtualDisk(parsing: "512e", sizeIsOptional: true) == VirtualDisk(sectors: .emulated))
        #expect(try VirtualDisk(parsing: "20G:mpath", sizeIsOptional: true).size == 20 << 30)
    }

    @Test(arguments: [
        ("5M", "the disk \"5M\": the size must be in GiB, such as 5G"),
        ("mpath", "the disk \"mpath\": the size must be in GiB, such as 5G"),
        ("0G", "the disk \"0G\": the size must be in GiB, such as 5G"),
        ("5G:mpath:4k", "the disk \"5G:mpath:4k\": more than one colon"),
        ("5G:fast", "the disk \"5G:fast\": no option fast; use mpath, 4k, 512e, channel=, serial= or wwn="),
        ("5G:channel=ide", "the disk \"5G:channel=ide\": no channel ide; use virtio, nvme, scsi"),
        ("5G:channel=scsi,wwn=x", "the disk \"5G:channel=scsi,wwn=x\": wwn must be a whole number"),
        ("5G:wwn=5", "the disk \"5G:wwn=5\": only a disk with channel=scsi or mpath has a wwn"),
    ])
    func wrongTextsAreNamed(text: String, message: String) {
        let error = #expect(throws: MachineError.self) { try VirtualDisk(parsing: text) }
        #expect(error?.reason == message)
    }

    @Test func whatADiskLeavesOpenAnotherSays() throws {
        let all = VirtualDisk(
            size: 5, channel: .nvme, sectors: .emulated, isMultipath: true, serial: "b", worldWideName: 2)
        #expect(VirtualDisk().completed(by: all) == all)
        #expect(all.completed(by: VirtualDisk(size: 9)).size == 9)
        let own = VirtualDisk(size: 7, channel: .scsi, sectors: .large, serial: "a", worldWideName: 1)
        let both = own.completed(by: all)
        #expect(both.size == 7 && both.channel == .scsi && both.sectors == .large && both.isMultipath)
        #expect(both.serial == "a" && both.worldWideName == 1)
    }
}
