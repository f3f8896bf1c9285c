import Builds
import Compression
import Deployment
import DiskImage
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

    /// The platforms whose disks are installed.
    static func platforms(basearch: String) -> [String] {
        ["metal", "metal4k"].filter { DiskStep.platforms(basearch: basearch).contains($0) }
    }

    /// Makes the images of a build ready; what is as it was the last time is not made again.
    ///
    /// - Throws: ``PipelineError``, `BuildsError`, `CompressionError`, or `Errno`.
    func make(_ platforms: [String], of build: String, _ metadata: BuildMetadata) async throws -> [InstallableImage] {
        let work = platforms.compactMap { name in metadata.images[name].map { Work(platform: name, artifact: $0) } }
        if let kept = kept(work) { return kept }
        reporter.output("Compressing what the live system installs")
        let (step, folder) = (self, store.path(build, arch: basearch))
        return try await Blocking.run { try step.make(work, in: folder) }
    }

    private struct Work: Sendable {
        let platform: String
        let artifact: Artifact

        var digest: String { artifact.uncompressedSHA256 ?? artifact.sha256 }
        var compressor: Compressor? {
            artifact.uncompressedSHA256 == nil ? nil : Compressor(fileName: artifact.path)
        }
    }

    private var scratch: FilePath { store.directory.temporary.appending("disk/installable") }

    private func kept(_ work: [Work]) -> [InstallableImage]? {
        let images = work.compactMap { item -> InstallableImage? in
            guard let bytes = try? FileContent.read(scratch.appending("\(item.platform).json")),
                let known = try? JSONDecoder().decode(InstallableImage.Description.self, from: Data(bytes)),
                known.sha256 == item.digest
            else { return nil }
            let image = InstallableImage(platform: item.platform, description: known)
            return image.files.allSatisfy { FileContent.exists(scratch.appending($0)) } ? image : nil
        }
        return images.count == work.count ? images : nil
    }

    private func make(_ work: [Work], in build: FilePath) throws -> [InstallableImage] {
        try FileContent.remove(scratch)
        try FileContent.createDirectory(scratch)
        let threads = ProcessInfo.processInfo.activeProcessorCount
        var (images, first): ([InstallableImage], (raw: FilePath, image: InstallableImage)?) = ([], nil)
        for item in work {
            var raw = build.appending(item.artifact.path)
            if let compressor = item.compressor {
                let source = raw
                raw = scratch.appending("\(item.platform).raw")
                _ = try FileDecompressor(threads: threads, memory: ProcessInfo.processInfo.physicalMemory / 4)
                    .decompress(source, compressor, to: raw)
            }
            let image: InstallableImage
            if let first, first.image.description.size == FileContent.size(raw) {
                image = try patched(item, raw, first.image, first.raw)
            } else {
                image = try compressed(item, raw, threads: threads)
            }
            if first == nil { first = (raw, image) }
            try AtomicFile.write(image.description.json(), to: scratch.appending("\(item.platform).json"))
            images.append(image)
        }
        for item in work { unlink(scratch.appending("\(item.platform).raw").string) }
        return images
    }

    private func compressed(_ work: Work, _ raw: FilePath, threads: Int) throws -> InstallableImage {
        let name = "\(work.platform).raw.zst"
        let request = CompressionRequest(raw, to: scratch.appending(name), format: CompressionFormat(.zstd))
        let files = try ParallelCompressor(threads: threads).compress([request])
        guard let file = files.first else { throw Errno.noSuchFileOrDirectory }
        try check(file.contentDigest, of: raw, work)
        return try image(work, named: name, size: file.contentSize, patch: nil)
    }

    /// An image as another one with some ranges replaced; compressed for itself where that would be no less.
    private func patched(
        _ work: Work, _ raw: FilePath, _ base: InstallableImage, _ baseRaw: FilePath
    ) throws -> InstallableImage {
        let difference = try ImageDifference(from: baseRaw, to: raw)
        try check(difference.digest, of: raw, work)
        guard difference.size < base.description.size / 16 else {
            return try compressed(work, raw, threads: ProcessInfo.processInfo.activeProcessorCount)
        }
        let name = "\(work.platform).patch"
        try difference.write(raw, to: scratch.appending(name))
        let ranges = difference.ranges.map {
            InstallableImage.Patch.Extent(offset: $0.lowerBound, length: $0.upperBound - $0.lowerBound)
        }
        return try image(
            work, named: base.description.image, size: base.description.size, patch: .init(file: name, ranges: ranges))
    }

    private func image(
        _ work: Work, named name: String, size: Int64, patch: InstallableImage.Patch?
    ) throws -> InstallableImage {
        InstallableImage(
            platform: work.platform,
            description: .init(
                image: name, size: size, sha256: work.digest,
                sectorSize: try Platform.named(work.platform, basearch: basearch).sectorSize, patch: patch))
    }

    private func check(_ digest: String, of file: FilePath, _ work: Work) throws {
        guard digest != work.digest else { return }
        throw PipelineError(
            "\(file) is not the file that meta.json lists (sha256 \(digest) instead of \(work.digest)); make it anew "
                + "with `cosa buildextend-\(work.platform) --force`")
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
