import LiveImage

/// A disk image as the places at which content of OSTree objects is, and the rest: what coreos-installer installs without
/// a network, from a live system that has the objects (coreos-installer, src/osmet, version 1).
struct Osmet: Sendable, Equatable {
    /// A piece of an object on the disk; what is after the object's end is zeros.
    struct Mapping: Sendable, Equatable {
        /// Where it begins in the object, in bytes.
        var logical: Int64
        /// Where it begins on the disk, in bytes.
        var physical: Int64
        /// Its size in bytes.
        var length: Int64
        /// The object's checksum.
        var object: String
    }

    /// The version of the program that made it; for people to read.
    var creator: String
    /// Bytes of a sector of the disk.
    var sectorSize: Int
    /// The operating system's name, for people.
    var description: String
    /// As `uname -m` names it.
    var architecture: String
    /// In the order of the disk; none overlaps another.
    var mappings: [Mapping]
    /// SHA-256 of the disk image.
    var digest: String
    /// The disk image's size in bytes.
    var size: Int64

    private static let magic = Array("OSMET\0\0\0".utf8)
    private static let version: UInt64 = 1

    /// The file's beginning; what is not in ``mappings`` follows, as an .xz stream.
    ///
    /// The format has mappings by partition. One that is the whole disk says the same.
    func encoded() -> [UInt8] {
        var bytes = Self.magic
        bytes.append(varying: Self.version)
        bytes.append(counted: creator)
        bytes.append(varying: UInt64(sectorSize))
        bytes.append(counted: description)
        bytes.append(counted: architecture)
        for number in [1, 0, UInt64(size), UInt64(mappings.count)] { bytes.append(varying: number) }
        for mapping in mappings {
            for number in [mapping.logical, mapping.physical, mapping.length] {
                bytes.append(varying: UInt64(number))
            }
            bytes.append(hexadecimal: mapping.object)
        }
        bytes.append(hexadecimal: digest)
        bytes.append(varying: UInt64(size))
        return bytes
    }

    /// The parts of the disk that are not in ``mappings``.
    var rest: [Range<Int64>] {
        var (parts, position): ([Range<Int64>], Int64) = ([], 0)
        for mapping in mappings {
            if position < mapping.physical { parts.append(position..<mapping.physical) }
            position = mapping.physical + mapping.length
        }
        return position < size ? parts + [position..<size] : parts
    }
}
