import Foundation
import HostSystem
import SystemPackage

/// The places in a live ISO image where its boot loaders' configurations have the kernel arguments.
package struct KernelArgumentAreas: Sendable, Equatable {
    /// `coreos/kargs.json` (coreos-installer, src/live/embed.rs).
    package struct Information: Codable, Equatable {
        /// The arguments with which the image was made.
        package var `default`: String
        /// Files of the image with an area each.
        package var files: [File]
        /// The size of an area in bytes.
        package var size: Int

        package struct File: Codable, Equatable {
            package var path: String
            /// In bytes from the file's start.
            package var offset: Int64
            /// What fills an area up; `#` where nothing is said.
            package var pad: String?
            /// What ends the arguments; a line feed where nothing is said.
            package var end: String?

            /// An area of a file.
            package init(path: String, offset: Int64, pad: String?, end: String?) {
                (self.path, self.offset, self.pad, self.end) = (path, offset, pad, end)
            }
        }

        /// Areas of one size.
        package init(default arguments: String, files: [File], size: Int) {
            (self.default, self.files, self.size) = (arguments, files, size)
        }
    }

    private struct Area: Equatable {
        let offset: Int64
        let pad: UInt8
        let end: UInt8
    }

    package static let informationPath = "coreos/kargs.json"
    /// A larger area is taken for a mistake, in bytes; as coreos-installer has it.
    private static let limit = 2048

    /// What the image says of itself.
    let information: Information
    /// The arguments that are there now.
    let current: String
    private let areas: [Area]

    /// Finds the places; nil in an image that has none.
    ///
    /// - Throws: ``LiveImageError``, `Errno`.
    init?(_ contents: ISOContents, of image: FilePath, _ descriptor: FileDescriptor) throws {
        func malformed(_ reason: String) -> LiveImageError {
            .malformed(image, file: Self.informationPath, reason: reason)
        }
        guard
            let information = try contents.read(Self.informationPath, of: image, descriptor, as: Information.self)
        else { return nil }
        guard (1...Self.limit).contains(information.size) else {
            throw malformed("areas of \(information.size) bytes are not possible; \(Self.limit) are the most")
        }
        var areas: [Area] = []
        var arguments: Set<String> = []
        for location in information.files {
            guard let file = contents.files[location.path] else { throw malformed("there is no file \(location.path)") }
            guard (0...file.size).contains(location.offset), Int64(information.size) <= file.size - location.offset
            else {
                throw malformed("its area is outside of \(location.path)")
            }
            let area = Area(
                offset: file.offset + location.offset, pad: try Self.byte(location.pad, else: "#", malformed),
                end: try Self.byte(location.end, else: "\n", malformed))
            let bytes = try descriptor.readBytes(at: area.offset, count: information.size)
            arguments.insert(Self.arguments(in: bytes, area))
            areas.append(area)
        }
        guard let current = arguments.first else { throw malformed("it names no files") }
        let offsets = areas.map(\.offset).sorted()
        guard zip(offsets, offsets.dropFirst()).allSatisfy({ $1 - $0 >= information.size }) else {
            throw malformed("its areas overlap")
        }
        guard arguments.count == 1 else {
            throw malformed("the boot loaders have different arguments: \(arguments.sorted().joined(separator: " | "))")
        }
        (self.information, self.current, self.areas) = (information, current, areas)
    }

    /// What the places become with these arguments, by their offsets in the image.
    ///
    /// - Throws: ``LiveImageError/argumentsTooLong(_:needed:given:)``.
    func bytes(for arguments: String, of image: FilePath) throws -> [Int64: [UInt8]] {
        let text = Array(arguments.utf8)
        guard text.count < information.size else {
            throw LiveImageError.argumentsTooLong(image, needed: text.count + 1, given: information.size)
        }
        let pairs = areas.map { area in
            (area.offset, text + [area.end] + Array(repeating: area.pad, count: information.size - text.count - 1))
        }
        return Dictionary(uniqueKeysWithValues: pairs)
    }

    private static func arguments(in bytes: [UInt8], _ area: Area) -> String {
        var text = bytes[...]
        while text.last == area.pad { text.removeLast() }
        while text.last == area.end { text.removeLast() }
        return String(decoding: text, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
    }

    private static func byte(
        _ text: String?, else standard: Character, _ malformed: (String) -> LiveImageError
    ) throws -> UInt8 {
        guard let text else { return standard.asciiValue ?? 0 }
        guard text.utf8.count == 1, let byte = text.utf8.first else {
            throw malformed("'\(text)' is not one character")
        }
        return byte
    }
}
