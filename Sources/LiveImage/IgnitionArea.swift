import Foundation
import HostSystem
import SystemPackage

/// The place in a live ISO image for files that the kernel unpacks after the initramfs, an Ignition config above all.
struct IgnitionArea: Sendable, Equatable {
    /// The first byte's place in the image.
    let offset: Int64
    /// Its size in bytes.
    let size: Int

    /// `coreos/igninfo.json` (coreos-installer, src/live/embed.rs): the area is all of a file, or a part of it.
    private struct Information: Decodable {
        var file: String
        var offset: Int64?
        var length: Int?
    }

    private static let informationPath = "coreos/igninfo.json"
    /// Where it is in images that have no ``Information``.
    private static let defaultPath = "images/ignition.img"

    /// Finds the place.
    ///
    /// - Throws: ``LiveImageError``, `Errno`.
    init(_ contents: ISOContents, of image: FilePath, _ descriptor: FileDescriptor) throws {
        var information = Information(file: Self.defaultPath)
        if let found = try contents.read(Self.informationPath, of: image, descriptor, as: Information.self) {
            information = found
        }
        guard let file = contents.files[information.file] else {
            throw LiveImageError.notLive(image, lacks: "the file \(information.file) for an Ignition config is missing")
        }
        let start = information.offset ?? 0
        let length = information.length ?? Int(clamping: file.size &- start)
        guard (0...file.size).contains(start), length >= 0, Int64(length) <= file.size - start else {
            throw LiveImageError.malformed(
                image, file: Self.informationPath, reason: "its area is outside of \(information.file)")
        }
        (offset, size) = (file.offset + start, length)
    }

    /// The files that are there now.
    ///
    /// - Throws: ``LiveImageError``, `Errno`.
    func read(_ image: FilePath, _ descriptor: FileDescriptor) throws -> InitramfsFiles {
        let bytes = try descriptor.readBytes(at: offset, count: size)
        guard bytes.contains(where: { $0 != 0 }) else { return InitramfsFiles() }
        do {
            return try InitramfsFiles(archive: bytes, name: "the area")
        } catch {
            throw LiveImageError.malformed(image, file: "the area for an Ignition config", reason: "\(error)")
        }
    }

    /// What the place becomes with these files.
    ///
    /// - Throws: ``LiveImageError/configTooLarge(_:needed:given:)``, `ArchiveError`, `XZError`.
    func bytes(for files: InitramfsFiles, of image: FilePath) throws -> [UInt8] {
        let archive = files.files.isEmpty ? [] : try files.archive()
        guard archive.count <= size else {
            throw LiveImageError.configTooLarge(image, needed: archive.count, given: size)
        }
        return archive + Array(repeating: 0, count: size - archive.count)
    }
}

extension ISOContents {
    /// The largest JSON file that is read, in bytes.
    private static let limit: Int64 = 1 << 20

    /// Decodes a JSON file of the image; nil where it is not there.
    ///
    /// - Throws: ``LiveImageError/malformed(_:file:reason:)``, `Errno`.
    func read<Value: Decodable>(
        _ path: String, of image: FilePath, _ descriptor: FileDescriptor, as type: Value.Type
    ) throws -> Value? {
        guard let file = files[path] else { return nil }
        guard file.size <= Self.limit else {
            throw LiveImageError.malformed(image, file: path, reason: "it has \(file.size) bytes")
        }
        let bytes = try descriptor.readBytes(at: file.offset, count: Int(file.size))
        do {
            return try JSONDecoder().decode(type, from: Data(bytes))
        } catch {
            throw LiveImageError.malformed(image, file: path, reason: "it is not the JSON that it should be")
        }
    }
}
