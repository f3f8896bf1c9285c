import Foundation
import HostSystem
import LibArchive
import SystemPackage

/// A container image that holds a virtual machine's disk and nothing else: what KubeVirt calls a containerDisk, and
/// starts machines from.
///
/// The same disk and values give the same bytes.
public struct ContainerDisk: Sendable {
    /// The user that KubeVirt runs QEMU as (its documentation, "Disks and Volumes", containerDisk).
    private static let owner: UInt32 = 107

    /// The disk's name below `/disk`.
    public var fileName: String
    /// The architecture, as RPM's `basearch`.
    public var basearch: String
    /// The label `version`.
    public var version: String
    /// Seconds since 1970; the only time that the image knows.
    public var timestamp: Int64

    /// An image with these values.
    public init(fileName: String, basearch: String, version: String, timestamp: Int64) {
        self.fileName = fileName
        self.basearch = basearch
        self.version = version
        self.timestamp = timestamp
    }

    /// Writes the image as an OCI archive.
    ///
    /// - Parameters:
    ///   - disk: the disk, a qcow2.
    ///   - output: the new file. Its layer is written beside `disk` on the way.
    /// - Throws: ``ContainerImageError``, or `ArchiveError`.
    public func write(_ disk: FilePath, to output: FilePath) async throws {
        try await Blocking.run {
            let layerPath = disk.removingLastComponent().appending("layer")
            defer { unlink(layerPath.string) }
            let size = try describing("read", disk) {
                let descriptor = try FileDescriptor.open(disk, .readOnly)
                return try descriptor.closeAfter { try descriptor.seek(offset: 0, from: .end) }
            }
            let layer = try BlobWriter.write(to: layerPath) { archive in
                try archive.add(
                    ArchiveEntry(
                        path: "disk", kind: .directory, mode: 0o755, uid: Self.owner, gid: Self.owner,
                        modificationTime: timestamp))
                try archive.begin(
                    ArchiveEntry(
                        path: "disk/\(fileName)", kind: .regular, mode: 0o444, uid: Self.owner, gid: Self.owner,
                        size: size, modificationTime: timestamp))
                try BlobSource.file(disk, size: size).forEachChunk { try archive.write($0) }
            }
            // What the disk took is free for the archive.
            unlink(disk.string)
            _ = try archive(of: layer, at: layerPath).write(to: output)
        }
    }

    private func archive(of layer: Blob, at path: FilePath) throws -> OCIArchiveWriter {
        let created = Date(timeIntervalSince1970: TimeInterval(timestamp)).formatted(.iso8601)
        var execution = OCIConfiguration.Execution()
        execution.labels = ["version": version]
        let configuration = try OCIArchiveWriter.encode(
            OCIConfiguration(
                architecture: OCIArchitecture.name(basearch: basearch), os: "linux", created: created,
                config: execution, rootfs: .init(diffIDs: ["sha256:\(layer.diffID)"]),
                history: [.init(created: created, createdBy: "disk/\(fileName)")]))
        let manifest = try OCIArchiveWriter.encode(
            OCIManifest(
                config: Self.descriptor(OCIMediaType.configuration, configuration),
                layers: [
                    OCIDescriptor(mediaType: layer.mediaType, digest: "sha256:\(layer.digest)", size: layer.size)
                ]))
        let index = try OCIArchiveWriter.encode(
            OCIIndex(manifests: [Self.descriptor(OCIMediaType.manifest, manifest)]))
        return OCIArchiveWriter(
            blobs: [layer.digest: .file(path, size: layer.size)], configuration: configuration, manifest: manifest,
            index: index)
    }

    private static func descriptor(_ mediaType: String, _ document: [UInt8]) -> OCIDescriptor {
        OCIDescriptor(mediaType: mediaType, digest: "sha256:\(Digest.of(document))", size: Int64(document.count))
    }
}
