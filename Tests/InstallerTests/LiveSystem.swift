import Foundation
import HostSystem
import SystemPackage
import TestSupport
import Testing

let needsRoot: Comment = "loop devices need root"

/// A live system: the installer's scripts, what they find in the system's files, and a disk.
final class LiveSystem: Sendable {
    /// The scripts as the package has them.
    static let package = FilePath(#filePath).removingLastComponent().removingLastComponent().removingLastComponent()
        .appending("ci/demo-repo.d/packages/demo-installer/root")

    let folder: TemporaryDirectory
    /// The disk's content.
    let backing: FilePath
    let disk: LoopDevice

    /// A system that carries no image yet, with a disk that is full of old bytes.
    ///
    /// - Parameter diskSize: bytes.
    init(sectorSize: Int = 512, diskSize: Int = 24 << 20) async throws {
        folder = try TemporaryDirectory()
        backing = folder.appending("disk.img")
        for name in ["proc", "run", "etc/pki/rpm-gpg", "sysroot/coreos-installer", "scratch"] {
            try FileManager.default.createDirectory(
                atPath: folder.appending("root/\(name)").string, withIntermediateDirectories: true)
        }
        try Data(repeating: 0xa5, count: diskSize).write(to: URL(fileURLWithPath: backing.string))
        disk = try await LoopDevice(backing, sectorSize: sectorSize)
    }

    /// A path in the live system.
    func path(_ name: String) -> FilePath { folder.appending("root/\(name)") }

    /// Puts an image into the live system.
    ///
    /// - Parameter digest: what its description says; nil for the truth.
    func carry(_ image: TestImage, digest: String? = nil) async throws {
        let name = image.file.stem ?? ""
        try await Command(
            "zstd", ["-q", "-1", image.file.string, "-o", path("sysroot/coreos-installer/\(name).raw.zst").string]
        ).run()
        try folder.write(
            """
            {"image": "\(name).raw.zst", "size": \(TestImage.size), "sector-size": \(image.sectorSize),
             "sha256": "\(try digest ?? Digest.ofFile(image.file))"}
            """, to: "root/sysroot/coreos-installer/\(name).json")
    }

    /// Puts an image there as another one with some blocks replaced.
    func carry(_ image: TestImage, asPatchOf base: TestImage) async throws {
        let block = 64 << 10
        let (bytes, others) = (try FileContent.read(image.file), try FileContent.read(base.file))
        let starts = stride(from: 0, to: bytes.count, by: block).filter {
            bytes[$0..<$0 + block] != others[$0..<$0 + block]
        }
        let (name, baseName) = (image.file.stem ?? "", base.file.stem ?? "")
        try AtomicFile.write(
            starts.flatMap { bytes[$0..<$0 + block] }, to: path("sysroot/coreos-installer/\(name).patch"))
        let ranges = starts.map { #"{"offset": \#($0), "length": \#(block)}"# }.joined(separator: ", ")
        try folder.write(
            """
            {"image": "\(baseName).raw.zst", "size": \(TestImage.size), "sector-size": \(image.sectorSize),
             "sha256": "\(try Digest.ofFile(image.file))", "patch": {"file": "\(name).patch", "ranges": [\(ranges)]}}
            """, to: "root/sysroot/coreos-installer/\(name).json")
    }

    /// How an installation ended.
    struct Outcome {
        let status: Int32
        let output: String
        /// Of standard error.
        let lastLine: String
    }

    /// Installs, in a session and a mount namespace of its own.
    ///
    /// - Parameters:
    ///   - device: the value of `coreos.inst.install_dev`; nil for the disk.
    ///   - preparation: a shell's command that runs there before.
    ///   - tools: a folder of programs that go before the system's.
    ///   - environment: for those.
    func install(
        _ arguments: String..., to device: String? = nil, after preparation: String = ":", tools: FilePath? = nil,
        environment: [String: String] = [:]
    ) async throws -> Outcome {
        let words = ["BOOT_IMAGE=/vmlinuz", "coreos.inst.install_dev=\(device ?? disk.path.string)"] + arguments
        try folder.write(words.joined(separator: " ") + "\n", to: "root/proc/cmdline")
        var variables: [String: String?] = environment.mapValues { $0 }
        variables["COREOS_INSTALLER_ROOT"] = path("").string
        variables["COREOS_INSTALLER_WAIT"] = "1"
        variables["TMPDIR"] = path("scratch").string
        if let tools {
            variables["PATH"] = "\(tools):\(ProcessInfo.processInfo.environment["PATH"] ?? "")"
        }
        let script = Self.package.appending("usr/libexec/coreos-installer-service")
        let output = try await Command(
            "setsid", ["--wait", "unshare", "--mount", "sh", "-ec", "\(preparation); exec \"$0\"", script.string],
            environment: variables
        ).capture()
        let lines = output.standardError.split(separator: "\n").map(String.init)
        return Outcome(status: output.status, output: output.text, lastLine: lines.last ?? "")
    }

    /// Expects a refusal that says so.
    func expect(
        _ outcome: Outcome, failed message: String, sourceLocation: SourceLocation = #_sourceLocation
    ) {
        #expect(outcome.status == 1, sourceLocation: sourceLocation)
        #expect(outcome.lastLine == "error: \(message)", sourceLocation: sourceLocation)
        // What the shell on the console says.
        let noted = (try? FileContent.read(path("run/coreos-installer.error"))).map {
            String(decoding: $0, as: UTF8.self)
        }
        #expect(noted == "\(message)\n", sourceLocation: sourceLocation)
        #expect(FileContent.names(in: path("scratch")).isEmpty, sourceLocation: sourceLocation)
    }

    /// Expects the disk to be as it was.
    func expectUntouched(sourceLocation: SourceLocation = #_sourceLocation) throws {
        let bytes = try Data(contentsOf: URL(fileURLWithPath: backing.string))
        #expect(bytes == Data(repeating: 0xa5, count: bytes.count), sourceLocation: sourceLocation)
    }

    /// Expects no firmware to find a system: neither boot code nor a table.
    func expectUnbootable(sourceLocation: SourceLocation = #_sourceLocation) async throws {
        #expect(
            try TestImage.bytes(0..<440, of: backing).allSatisfy { $0 == 0 }, sourceLocation: sourceLocation)
        let table = try await PartitionList.read(disk.path)
        #expect(table == nil, sourceLocation: sourceLocation)
    }

    /// Expects the disk to have the image's partitions first, everything of the image but its boot filesystem, and a sound table.
    func expectInstalled(
        _ image: TestImage, _ outcome: Outcome, saved: [PartitionList.Partition] = [],
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        #expect(outcome.status == 0, "\(outcome.lastLine)", sourceLocation: sourceLocation)
        var expected = image.table
        expected.partitions += saved
        let table = try await PartitionList.read(disk.path)
        #expect(table == expected, sourceLocation: sourceLocation)
        let check = try await Command("sgdisk", ["--verify", disk.path.string]).capture()
        #expect(check.text.contains("No problems found"), "\(check.text)", sourceLocation: sourceLocation)
        for range in [0..<440, 1 << 20..<TestImage.boot, TestImage.root..<TestImage.end] {
            let isSame = try TestImage.bytes(range, of: backing) == TestImage.bytes(range, of: image.file)
            #expect(isSame, "bytes \(range)", sourceLocation: sourceLocation)
        }
        let filesystem = try await Command("e2fsck", ["-fn", "\(backing)?offset=\(TestImage.boot)"]).capture()
        #expect(filesystem.status == 0, "\(filesystem.text)", sourceLocation: sourceLocation)
        #expect(FileContent.names(in: path("scratch")).isEmpty, sourceLocation: sourceLocation)
    }

    /// A file of the installed boot filesystem, or of another one; empty where it is missing.
    func bootFile(_ name: String, at offset: Int = TestImage.boot) async throws -> String {
        try await Command("debugfs", ["-R", "cat \(name)", "\(backing)?offset=\(offset)"]).run().text
    }
}
