import Builds
import Compression
import DiskImage
import Foundation
import HostSystem
import SystemPackage

/// A disk of a build that its live system installs.
struct InstallableDisk: Sendable {
    /// The platform.
    let platform: String
    /// Bytes of a sector.
    let sectorSize: Int
    /// The disk's file as meta.json lists it; it may be compressed.
    let artifact: Artifact

    /// The platforms whose disks are installed.
    static func platforms(basearch: String) -> [String] {
        ["metal", "metal4k"].filter { DiskStep.platforms(basearch: basearch).contains($0) }
    }

    /// The disks of a build.
    ///
    /// - Throws: `DiskImageError`.
    static func all(of metadata: BuildMetadata, basearch: String) throws -> [InstallableDisk] {
        try platforms(basearch: basearch).compactMap { name in
            try metadata.images[name].map { artifact in
                InstallableDisk(
                    platform: name, sectorSize: try Platform.named(name, basearch: basearch).sectorSize,
                    artifact: artifact)
            }
        }
    }

    /// SHA-256 of the raw image.
    var digest: String { artifact.uncompressedSHA256 ?? artifact.sha256 }

    /// The file's name as it is not compressed.
    var fileName: String { compressor.map { $0.uncompressedName(of: artifact.path) } ?? artifact.path }

    private var compressor: Compressor? {
        artifact.uncompressedSHA256 == nil ? nil : Compressor(fileName: artifact.path)
    }

    /// The raw image: the build's file, or what that is decompressed to.
    ///
    /// - Parameters:
    ///   - build: the folder of the build.
    ///   - scratch: where to decompress it.
    /// - Throws: `CompressionError`, or `Errno`.
    func raw(in build: FilePath, scratch: FilePath) throws -> FilePath {
        let file = build.appending(artifact.path)
        guard let compressor else { return file }
        let raw = scratch.appending("\(platform).raw")
        unlink(raw.string)
        _ = try FileDecompressor(
            threads: ProcessInfo.processInfo.activeProcessorCount, memory: ProcessInfo.processInfo.physicalMemory / 4
        ).decompress(file, compressor, to: raw)
        return raw
    }

    /// Compares what was read with what meta.json says.
    ///
    /// - Throws: ``PipelineError``.
    func check(_ digest: String, of file: FilePath) throws {
        guard digest != self.digest else { return }
        throw PipelineError(
            "\(file) is not the file that meta.json lists (sha256 \(digest) instead of \(self.digest)); make it anew "
                + "with `cosa buildextend-\(platform) --force`")
    }
}
