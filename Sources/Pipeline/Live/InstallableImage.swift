import Foundation
import SystemPackage

/// A disk image that a live system carries.
struct InstallableImage: Sendable, Equatable {
    /// The platform, which names the files.
    let platform: String
    /// What the installer has to know.
    let description: Description

    /// `<platform>.json`: an image is the content of a compressed file, in which some ranges may have to be replaced.
    struct Description: Sendable, Codable, Equatable {
        /// The compressed file's name.
        var image: String
        /// The size of the disk image in bytes.
        var size: Int64
        /// Its SHA-256.
        var sha256: String
        /// Bytes of a sector.
        var sectorSize: Int
        /// What is different from the content of ``image``; nil where nothing is.
        var patch: Patch?

        private enum CodingKeys: String, CodingKey {
            case image, size, sha256, patch
            case sectorSize = "sector-size"
        }
    }

    /// What takes the place of ranges.
    struct Patch: Sendable, Codable, Equatable {
        /// The name of the file with the bytes of all ranges, one after the other.
        var file: String
        /// Where they go, in the order of the disk.
        var ranges: [Extent]

        /// A part of a disk, in bytes.
        struct Extent: Sendable, Codable, Equatable {
            var offset: Int64
            var length: Int64
        }
    }

    /// The names of its files, beside the description.
    var files: [String] { [description.image] + (description.patch.map { [$0.file] } ?? []) }
}
