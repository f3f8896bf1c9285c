import Deployment
import Foundation
import SystemPackage

/// The blocks of OSTree objects, found by their content.
///
/// Whatever filesystem a disk has, it has files in whole blocks, mostly in their order. So nothing has to be mounted, and
/// no filesystem be understood, to find them.
struct ObjectBlocks {
    /// Bytes of a block.
    static let size = 4096

    /// An object's file.
    struct Object {
        let checksum: String
        let path: FilePath
        let size: Int64
    }

    /// A block of an object.
    struct Place: Equatable {
        let object: Int
        let block: Int
    }

    /// A smaller object takes no less room as a mapping.
    private static let smallest = 1024

    let objects: [Object]
    private let places: [UInt64: Place]

    /// Reads the objects of a sysroot's repository.
    ///
    /// - Throws: the errors of the file system.
    init(of root: FileTree) throws {
        let folder = "/ostree/repo/objects/"
        objects = root.entries.compactMap { entry in
            guard entry.path.hasPrefix(folder), entry.path.hasSuffix(".file"),
                case .file(.file(let path, let size)) = entry.kind, size > Self.smallest
            else { return nil }
            let name = entry.path.dropFirst(folder.count).dropLast(".file".count)
            return Object(checksum: name.filter { $0 != "/" }, path: path, size: size)
        }
        var places: [UInt64: Place] = [:]
        for (index, object) in objects.enumerated() {
            let content = try Self.content(of: object)
            for block in 0..<(content.count + Self.size - 1) / Self.size {
                let key = Self.block(block, of: content).withUnsafeBytes { Self.key($0) }
                // Zeros are everywhere on a disk.
                if let key, places[key] == nil { places[key] = Place(object: index, block: block) }
            }
        }
        self.places = places
    }

    /// An object's bytes.
    static func content(of object: Object) throws -> Data {
        try Data(contentsOf: URL(filePath: object.path.string), options: .alwaysMapped)
    }

    /// A block of a file, filled up with zeros.
    static func block(_ number: Int, of content: Data) -> [UInt8] {
        let start = number * size
        let end = min(start + size, content.count)
        guard start < end else { return [] }
        return Array(content[start..<end]) + Array(repeating: 0, count: size - (end - start))
    }

    /// The place of a block that may have this content; nil for zeros, and for what no object has.
    func place(of block: UnsafeRawBufferPointer) -> Place? { Self.key(block).flatMap { places[$0] } }

    /// A digest of a block; nil for zeros.
    private static func key(_ block: UnsafeRawBufferPointer) -> UInt64? {
        var (sum, any): (UInt64, UInt64) = (0xcbf2_9ce4_8422_2325, 0)
        for word in block.bindMemory(to: UInt64.self) {
            any |= word
            sum = (sum ^ word) &* 0x9e37_79b9_7f4a_7c15
            sum ^= sum >> 29
        }
        return any == 0 ? nil : sum
    }
}
