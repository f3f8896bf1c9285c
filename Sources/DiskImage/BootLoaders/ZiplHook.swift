import Deployment
import Foundation
import HostSystem
import SystemPackage

/// The program that writes the boot record of disks for s390x.
///
/// The record has the places of kernel, initramfs and kernel arguments on the disk, which zipl of an s390x machine writes:
/// it asks the kernel where the files of a mounted filesystem are. So this is left to a program of whoever builds such
/// images, which the environment names: image.yaml is part of the operating system, and must not name programs of the host.
public struct ZiplHook: Sendable, Equatable {
    /// The variable of the environment that names it.
    public static let variable = "COSA_ZIPL_HOOK"

    private let program: FilePath

    /// The hook `program`.
    ///
    /// - Throws: ``BootLoaderError/noHook(_:)`` where it cannot be run.
    public init(_ program: FilePath) throws(BootLoaderError) {
        guard program.isAbsolute, !FileContent.isDirectory(program), access(program.string, X_OK) == 0 else {
            throw .noHook(program.string)
        }
        self.program = program
    }

    /// The hook that the environment names; nil where it names none.
    ///
    /// - Throws: ``BootLoaderError/noHook(_:)`` where it cannot be run.
    public static func named(
        in environment: [String: String] = ProcessInfo.processInfo.environment
    ) throws(BootLoaderError) -> ZiplHook? {
        guard let path = environment[variable], !path.isEmpty else { return nil }
        return try ZiplHook(FilePath(path))
    }

    /// What the program reads on its standard input, as JSON.
    struct Request: Codable, Equatable {
        struct Partition: Codable, Equatable {
            let number: Int
            let role: PartitionRole
            /// Bytes, as all sizes.
            let start: Int64
            let size: Int64
        }

        let platform: String
        /// The disk, a raw image that it writes into.
        let disk: String
        let size: Int64
        let sectorSize: Int
        let partitions: [Partition]
        /// Paths on the boot partition.
        let kernel: String
        let initrd: String?
        /// The kernel arguments of the first boot.
        let options: String

        enum CodingKeys: String, CodingKey {
            case platform, disk, size, partitions, kernel, initrd, options
            case sectorSize = "sector-size"
        }
    }

    /// Where a boot record lies: before the partition table of a GPT, with sectors of 512 bytes.
    private static let recordSize = 440

    /// Has the boot record of a platform's disk written.
    ///
    /// - Parameters:
    ///   - disk: the disk as it would be without one.
    ///   - copy: where the disk with the record is to be, raw.
    /// - Returns: the disk with the record.
    /// - Throws: ``BootLoaderError``, ``DiskImageError``, `Ext2fsError`, `CommandError` where it does not start.
    func run(_ disk: PatchedDisk, _ platform: Platform, _ raw: RawImage, copy: FilePath) async throws -> PatchedDisk {
        let request = try await Blocking.run {
            try RawFile(disk: disk).write(to: copy)
            return try Request(copy, platform, raw, size: disk.size)
        }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        let output = try await Command(program.string).capture(input: Array(encoder.encode(request)))
        @Sendable func failure(_ reason: String) -> BootLoaderError {
            .hookFailed(program: program.string, platform: platform.name, reason: reason)
        }
        guard output.status == 0 else {
            let last = output.standardError.split(whereSeparator: \.isNewline).last.map { ": \($0)" } ?? ""
            throw failure("it ended with status \(output.status)\(last)")
        }
        return try await Blocking.run {
            guard try SparseFile.size(copy) == disk.size else {
                throw failure("it changed the size of the disk to \(try SparseFile.size(copy)) bytes")
            }
            guard try SparseFile.read(copy, at: 0, count: Self.recordSize).contains(where: { $0 != 0 }) else {
                throw failure("it wrote no boot record into the first sector")
            }
            return PatchedDisk(base: copy, baseSize: disk.size, patch: DiskPatch(), size: disk.size)
        }
    }
}
