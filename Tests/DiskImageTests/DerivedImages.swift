import Foundation
import HostSystem
import SystemPackage
import TestSupport
import Treefile

@testable import DiskImage

/// A raw image of a small tree, and platforms' images of it.
struct DerivedImages {
    let fixture: DiskFixture
    let raw: RawImage

    init(imageConfig: String = "size: 2\nrootfs: ext4\n") async throws {
        fixture = try await DiskFixture()
        raw = try await RawImageBuilder().build(fixture.request("disk", imageConfig: imageConfig))
    }

    /// Keeps the directory until this is called.
    func keep() { fixture.keep() }

    func path(_ name: String) -> FilePath { fixture.directory.appending(name) }

    /// A platform's image, made in a folder of its own.
    func derive(_ name: String, in folder: String = "one", of raw: RawImage? = nil) async throws -> FilePath {
        let platform = try Platform.named(name, basearch: "x86_64")
        let directory = path(folder)
        try FileContent.createDirectory(directory)
        let output = directory.appending("\(name).\(platform.suffix)")
        let image = try ImageConfig.load(
            try fixture.directory.write(
                "vmware-os-type: fedora64Guest\nvmware-hw-version: 19\nvmware-secure-boot: true\n", to: "machine.yaml"))
        let builder = PlatformImageBuilder(
            machine: MachineDescription(name: "fixture", summary: "Small & <new>", version: "1.2", image: image)
        ) { try FileManager.default.copyItem(atPath: $0.string, toPath: $1.string) }
        let digest = try await builder.derive(
            platform, from: raw ?? self.raw, to: output, workDirectory: directory.appending("scratch"))
        guard try Digest.ofFile(output) == digest else { throw Wrong(what: "the digest of \(name) is \(digest)") }
        let left = FileContent.names(in: directory.appending("scratch"))
        guard left.isEmpty else { throw Wrong(what: "left behind: \(left)") }
        return output
    }

    /// A disk in any format that QEMU reads, as its bytes.
    func readBack(_ image: FilePath, as format: String) async throws -> FilePath {
        let disk = path("back.raw")
        try await Command("qemu-img", ["convert", "-f", format, "-O", "raw", image.string, disk.string]).run()
        return disk
    }

    /// What is wrong with a disk that should have a platform's settings, by readers that know nothing of this project.
    func problems(_ disk: FilePath, platform: String, size: Int64, argument: String? = nil) async throws -> [String] {
        var problems: [String] = []
        if try SparseFile.size(disk) != size { problems.append("size \(try SparseFile.size(disk))") }
        let verify = try await Command("sfdisk", ["--verify", disk.string]).capture()
        if !verify.text.contains("No errors detected.") { problems.append(verify.text + verify.standardError) }
        // Both copies of the table, and the protective MBR, are what gdisk wants them to be.
        let gdisk = try await Command("sgdisk", ["--verify", disk.string]).capture().text
        if !gdisk.contains("No problems found") { problems.append(gdisk) }
        let boot = try raw.partition(.boot)
        problems.append(contentsOf: [try await DiskFixture.problems(disk, boot)].filter { !$0.isEmpty })
        let wanted = [" ignition.platform.id=\(platform) "] + (argument.map { [$0] } ?? [])
        for file in ["/loader/entries/ostree-1-fixture.conf", "/loader/syslinux.cfg"] {
            let text = try await DiskFixture.debugfs("cat \(file)", disk, boot)
            problems += wanted.filter { !text.contains($0) }.map { "\($0) is not in \(file): \(text)" }
        }
        return problems
    }

    /// What a program in Python prints, which has the image's path as its argument.
    func python(_ program: String, _ arguments: String...) async throws -> String {
        try await Command("python3", ["-c", program] + arguments).run().text
    }

    struct Wrong: Error, CustomStringConvertible {
        let what: String
        var description: String { what }
    }
}
