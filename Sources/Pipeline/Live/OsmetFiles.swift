import Builds
import Deployment
import DiskImage
import Foundation
import HostSystem
import LiveBuild
import SystemPackage

/// The disks of a build for an OS that ships coreos-installer: without the content that the live system has itself.
struct OsmetFiles: Sendable {
    /// The program whose presence in a commit decides.
    private static let installer = "usr/bin/coreos-installer"

    let disks: [InstallableDisk]
    /// The build's folder.
    let build: FilePath
    let creator: String
    let basearch: String

    /// Whether a commit's live system installs with coreos-installer.
    ///
    /// - Throws: `GLibError`.
    static func areRead(by commit: some CommitFiles) throws -> Bool { try commit.read(installer) != nil }

    /// Packs the disks.
    ///
    /// - Parameters:
    ///   - root: the live system's root filesystem.
    ///   - commit: the files of the commit.
    ///   - scratch: where the files are made.
    /// - Returns: the files by the names that coreos-installer looks for.
    /// - Throws: ``PipelineError``, `CompressionError`, `GLibError`, or `Errno`.
    func make(_ root: FileTree, commit: some CommitFiles, scratch: FilePath) throws -> [String: FilePath] {
        let release = try ["usr/etc/os-release", "usr/lib/os-release"].lazy
            .compactMap { try commit.read($0) }.first.map { OSReleaseFile(String(decoding: $0, as: UTF8.self)) }
        let packer = try OsmetPacker(root, creator: creator, workDirectory: scratch)
        var files: [String: FilePath] = [:]
        for disk in disks {
            let raw = try disk.raw(in: build, scratch: scratch)
            let output = scratch.appending("\(disk.platform).osmet")
            let digest = try packer.pack(
                .init(
                    image: raw, sectorSize: disk.sectorSize, description: release?["PRETTY_NAME"] ?? "",
                    architecture: basearch), to: output)
            try disk.check(digest, of: raw)
            files["\(disk.fileName).osmet"] = output
            if raw != build.appending(disk.artifact.path) { unlink(raw.string) }
        }
        return files
    }
}
