import Foundation
import HostSystem
import SystemPackage

/// What has to be there before QEMU starts, and what is read from it just after.
struct MachinePreparation: Sendable {
    let description: MachineDescription
    let files: MachineFiles

    /// Makes what takes the guest's writes: an overlay over the description's image, and the empty disks.
    func makeDisks() async throws {
        for path in [description.iso?.path, description.containerArchive] {
            if let path, !FileContent.exists(path) {
                throw MachineError(kind: .launch, reason: "\(path): no such image")
            }
        }
        if let image = description.image {
            try await makeDisk(0, over: image, format: description.imageFormat)
        } else {
            try await makeEmptyDisk(0, size: description.primaryDisk.size ?? LiveISO.emptyDiskSize)
        }
        for (index, disk) in description.disks.enumerated().dropFirst() {
            guard let size = disk.size else {
                throw MachineError(kind: .launch, reason: "an additional disk has no size; give one such as 5G")
            }
            try await makeEmptyDisk(index, size: size)
        }
    }

    private func makeEmptyDisk(_ index: Int, size: Int64) async throws {
        try await Command("qemu-img", ["create", "-q", "-f", "qcow2", files.disk(index).string, "\(size)"]).run()
    }

    /// Makes overlays over all disks of another machine.
    func makeDisks(over template: MachineFiles) async throws {
        for index in description.disks.indices { try await makeDisk(index, over: template.disk(index), format: .qcow2) }
    }

    private func makeDisk(_ index: Int, over base: FilePath, format: MachineDescription.ImageFormat) async throws {
        guard FileContent.exists(base) else {
            throw MachineError(kind: .launch, reason: "\(base): no such disk image")
        }
        // An absolute name: a relative one would be taken as relative to the overlay.
        let image = FilePath(FileManager.default.currentDirectoryPath).pushing(base)
        var arguments = [
            "create", "-q", "-f", "qcow2", "-F", format.rawValue, "-b", image.string,
            "-o", "lazy_refcounts=on", files.disk(index).string,
        ]
        if let size = description.disks[index].size { arguments.append("\(size)") }
        try await Command("qemu-img", arguments).run()
    }

    /// QEMU has the disks open; without a name they are gone when QEMU is, however that ends.
    func unlinkDisks() { for index in description.disks.indices { unlink(files.disk(index).string) } }

    /// Gives the machine UEFI variables of its own; nothing where it has a BIOS.
    func copyFirmwareVariables() throws {
        guard let firmware = UEFIFirmware(description.firmware) else { return }
        for path in [firmware.code, firmware.variables] where !FileContent.exists(path) {
            throw MachineError(
                kind: .launch,
                reason: "\(path): no UEFI firmware; install the package ovmf, or use firmware bios")
        }
        try AtomicFile.write(FileContent.read(firmware.variables), to: files.firmwareVariables)
    }

    /// The host's port in what QEMU's `info usernet` prints:
    /// `TCP[HOST_FORWARD]  12  127.0.0.1 40765  10.0.2.15  22  0 0`.
    func sshPort(in text: String) throws -> Int {
        for line in text.split(whereSeparator: \.isNewline) {
            let words = line.split(separator: " ")
            if words.count > 5, words[0] == "TCP[HOST_FORWARD]", words[5] == "22", let port = Int(words[3]) {
                return port
            }
        }
        throw MachineError(kind: .launch, reason: "QEMU forwards no port to the guest's SSH: \(text)")
    }

    /// The port in `Could not set up host forwarding rule 'tcp:127.0.0.1:8080-:8080'`, QEMU's last words.
    private static func refusedPort(in line: Substring) -> Int? {
        line.firstMatch(of: /forwarding rule 'tcp:127\.0\.0\.1:([0-9]+)-/).flatMap { Int($0.1) }
    }

    func exitError(_ status: Int32, consoleTail: [String]) -> MachineError {
        let log = (try? FileContent.read(files.emulatorLog)) ?? []
        let last = String(decoding: log.suffix(4096), as: UTF8.self).split(whereSeparator: \.isNewline).last
        if let last, let port = Self.refusedPort(in: last) {
            let reason = HostPort.refusal(of: port).map { "\($0)" } ?? "another program had it"
            return MachineError(
                kind: .hostPort(port), reason: "127.0.0.1:\(port) cannot be forwarded to the guest: \(reason)")
        }
        let how = status > 128 ? "was killed by signal \(status - 128)" : "ended with status \(status)"
        return MachineError(
            kind: .exited(status: status), reason: "QEMU \(how)\(last.map { ": \($0)" } ?? "")",
            consoleTail: consoleTail)
    }
}
