import Builds
import Compression
import Deployment
import Foundation
import HostSystem
import SystemPackage

/// The disk images that a live system carries, so that it installs without a network, in a folder of its root filesystem:
/// one compressed, and what others have in the places where they are different from it. The disks for sectors of 512 and
/// of 4,096 bytes differ in a few hundred blocks only.
struct InstallableImages: Sendable {
    /// The folder, from the root of the live filesystem.
    private static let folder = "/coreos-installer"

    let store: BuildStore
    let basearch: String
    let reporter: Reporter

    /// Makes the images of a build ready; what is as it was the last time is not made again.
    ///
    /// - Throws: ``PipelineError``, `BuildsError`, `CompressionError`, or `Errno`.
    func make(_ disks: [InstallableDisk], of build: String) async throws -> [InstallableImage] {
        if let kept = kept(disks) { return kept }
        reporter.output("Compressing what the live system installs")
        let (step, folder) = (self, store.path(build, arch: basearch))
        return try await Blocking.run { try step.make(disks, in: folder) }
    }

    private var scratch: FilePath { store.directory.temporary.appending("disk/installable") }

    private func kept(_ disks: [InstallableDisk]) -> [InstallableImage]? {
        let images = disks.compactMap { disk -> InstallableImage? in
            guard let bytes = try? FileContent.read(scratch.appending("\(disk.platform).json")),
                let known = try? JSONDecoder().decode(InstallableImage.Description.self, from: Data(bytes)),
                known.sha256 == disk.digest
            else { return nil }
            let image = InstallableImage(platform: disk.platform, description: known)
            return image.files.allSatisfy { FileContent.exists(scratch.appending($0)) } ? image : nil
        }
        return images.count == disks.count ? images : nil
    }

    private func make(_ disks: [InstallableDisk], in build: FilePath) throws -> [InstallableImage] {
        try FileContent.remove(scratch)
        try FileContent.createDirectory(scratch)
        var (images, first): ([InstallableImage], (raw: FilePath, image: InstallableImage)?) = ([], nil)
        for disk in disks {
            let raw = try disk.raw(in: build, scratch: scratch)
            let image: InstallableImage
            if let first, first.image.description.size == FileContent.size(raw) {
                image = try patched(disk, raw, first.image, first.raw)
            } else {
                image = try compressed(disk, raw)
            }
            if first == nil { first = (raw, image) }
            try AtomicFile.write(image.description.json(), to: scratch.appending("\(disk.platform).json"))
            images.append(image)
        }
        for disk in disks { unlink(scratch.appending("\(disk.platform).raw").string) }
        return images
    }

    private func compressed(_ disk: InstallableDisk, _ raw: FilePath) throws -> InstallableImage {
        let name = "\(disk.platform).raw.zst"
        let request = CompressionRequest(raw, to: scratch.appending(name), format: CompressionFormat(.zstd))
        let files = try ParallelCompressor(threads: ProcessInfo.processInfo.activeProcessorCount).compress([request])
        guard let file = files.first else { throw Errno.noSuchFileOrDirectory }
        try disk.check(file.contentDigest, of: raw)
        return image(disk, named: name, size: file.contentSize, patch: nil)
    }

    /// An image as another one with some ranges replaced; compressed for itself where that would be no less.
    private func patched(
        _ disk: InstallableDisk, _ raw: FilePath, _ base: InstallableImage, _ baseRaw: FilePath
    ) throws -> InstallableImage {
        let difference = try ImageDifference(from: baseRaw, to: raw)
        try disk.check(difference.digest, of: raw)
        guard difference.size < base.description.size / 16 else { return try compressed(disk, raw) }
        let name = "\(disk.platform).patch"
        try difference.write(raw, to: scratch.appending(name))
        let ranges = difference.ranges.map {
            InstallableImage.Patch.Extent(offset: $0.lowerBound, length: $0.upperBound - $0.lowerBound)
        }
        return image(
            disk, named: base.description.image, size: base.description.size, patch: .init(file: name, ranges: ranges))
    }

    private func image(
        _ disk: InstallableDisk, named name: String, size: Int64, patch: InstallableImage.Patch?
    ) -> InstallableImage {
        InstallableImage(
            platform: disk.platform,
            description: .init(
                image: name, size: size, sha256: disk.digest, sectorSize: disk.sectorSize, patch: patch))
    }

    /// Puts images into the root filesystem of a live system.
    ///
    /// - Throws: `EncodingError`, `Errno`.
    func add(_ images: [InstallableImage], to root: inout FileTree, timestamp: Int64) throws {
        guard !images.isEmpty else { return }
        root.add(Self.folder, .directory, .init(permissions: 0o755, modificationTime: timestamp))
        let attributes = FileTreeEntry.Attributes(permissions: 0o644, modificationTime: timestamp)
        for name in Set(images.flatMap(\.files)).sorted() {
            let file = scratch.appending(name)
            guard let size = FileContent.size(file) else { throw Errno.noSuchFileOrDirectory }
            root.add("\(Self.folder)/\(name)", .file(.file(file, size: size)), attributes)
        }
        for image in images {
            let description = try image.description.json()
            root.add("\(Self.folder)/\(image.platform).json", .file(.bytes(description)), attributes)
        }
    }
}

extension InstallableImage.Description {
    /// The file's bytes.
    fileprivate func json() throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
        return try Array(encoder.encode(self)) + [UInt8(ascii: "\n")]
    }
}
