import Foundation
import HostSystem
import SystemPackage
import TestSupport
import Testing

@Suite("What is installed to", .enabled(if: geteuid() == 0, needsRoot))
struct DiskCheckTests {
    @Test("a disk that is not there is waited for, and the message names those that are")
    func missing() async throws {
        let live = try await LiveSystem()
        let outcome = try await live.install(to: "nosuchdisk")
        let disks = try await Command("lsblk", ["-bdnpo", "NAME,SIZE,TYPE"]).run().text.split(separator: "\n")
            .map { $0.split(separator: " ") }.filter { $0.last == "disk" }.map { "\($0[0]) (\($0[1]) bytes)" }
        live.expect(
            outcome,
            failed: "there is no /dev/nosuchdisk, not after 1 s either; the disks here are "
                + "\(disks.isEmpty ? "none" : disks.joined(separator: ", ")): correct coreos.inst.install_dev")
    }

    @Test("no disk, a file and a device without partitions are refused")
    func noDisk() async throws {
        let live = try await LiveSystem()
        live.expect(
            try await live.install(to: ""),
            failed: "no disk is named: add coreos.inst.install_dev=/dev/… to the kernel arguments")
        let file = try await live.install(to: live.backing.string)
        #expect(file.lastLine.hasPrefix("error: \(live.backing) is no block device; the disks here are "))
        let plain = live.folder.appending("plain")
        try TestImage.allocate(plain, bytes: 1 << 20)
        let device = try await LoopDevice(plain, sectorSize: 512, options: [])
        live.expect(
            try await live.install(to: device.path.string),
            failed: "\(device.path) is no disk that can have partitions: correct coreos.inst.install_dev")
    }

    @Test("a disk that cannot be written to is refused")
    func readOnly() async throws {
        let live = try await LiveSystem()
        // The flag that blockdev sets would outlive the device.
        let disk = try await LoopDevice(live.backing, sectorSize: 512, options: ["--partscan", "--read-only"])
        live.expect(
            try await live.install(to: disk.path.string),
            failed: "\(disk.path) is read-only: correct coreos.inst.install_dev or unlock the disk")
    }

    @Test("a partition is refused with the disk's name; a disk of which one is mounted or open is in use")
    func partition() async throws {
        let live = try await LiveSystem()
        try await live.carry(try await TestImage(in: live.folder))
        let disk = live.disk.path
        // Not all kernels read a GPT; they all take a partition that they are told of.
        try await Command("addpart", [disk.string, "1", "4096", "16384"]).run()
        let partition = "\(disk)p1"
        live.expect(
            try await live.install(to: partition),
            failed: "\(partition) is partition 1 of \(disk): name the whole disk with coreos.inst.install_dev")

        let open = try FileDescriptor.open(FilePath(partition), .readOnly, options: .closeOnExec)
        live.expect(
            try await live.install(),
            failed: "\(disk) is in use (ioctl error on BLKRRPART: Device or resource busy): "
                + "release what uses it or its partitions, or name another disk")
        try open.close()

        try await Command("mkfs.ext4", ["-q", partition]).run()
        let before = try Digest.ofFile(live.backing)
        for (place, message) in [
            (
                "mnt",
                "\(disk) is in use: \(partition) is mounted on \(live.path("mnt")); unmount it, or name another disk"
            ),
            (
                "run/media/iso",
                "\(disk) is the medium that this live system runs from: name another disk with coreos.inst.install_dev"
            ),
        ] {
            let outcome = try await live.install(
                after: "mkdir -p '\(live.path(place))'; mount -o ro,noload \(partition) '\(live.path(place))'")
            live.expect(outcome, failed: message)
        }
        #expect(try Digest.ofFile(live.backing) == before)
    }

    @Test("two installations at a time are one too many")
    func concurrent() async throws {
        let live = try await LiveSystem()
        let lock = try FileDescriptor.open(
            live.path("run/coreos-installer.lock"), .writeOnly, options: [.create, .closeOnExec],
            permissions: .ownerReadWrite)
        defer { try? lock.close() }
        #expect(flock(lock.rawValue, LOCK_EX) == 0)
        live.expect(try await live.install(), failed: "another installation is going on: wait for its end")
        try live.expectUntouched()
    }
}
