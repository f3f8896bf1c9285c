import Foundation
import HostSystem
import SystemPackage

/// A live ISO image, and what can be changed in it where it lies: the Ignition config and the kernel arguments.
///
/// The places are those that coreos-installer changes. Nothing is written before ``save(to:)`` or ``stream(to:)``.
public struct LiveISOImage: Sendable {
    /// The image.
    public let path: FilePath
    /// Its files.
    public let contents: ISOContents
    /// The files that are unpacked over the initramfs.
    public private(set) var initramfs: InitramfsFiles

    private let ignitionArea: IgnitionArea
    let argumentAreas: KernelArgumentAreas?
    /// What is to be written, by its place in the image.
    private var changes: [Int64: [UInt8]] = [:]

    /// Reads an image.
    ///
    /// - Throws: ``LiveImageError`` where it is not one, `CommandError` of xorriso, or `Errno`.
    public init(_ path: FilePath) async throws {
        self.path = path
        let contents = try await ISOContents(of: path)
        self.contents = contents
        let descriptor = try FileDescriptor.opened(path, .readOnly)
        (ignitionArea, argumentAreas, initramfs) = try descriptor.closeAfter {
            let area = try IgnitionArea(contents, of: path, descriptor)
            return (
                area, try KernelArgumentAreas(contents, of: path, descriptor), try area.read(path, descriptor)
            )
        }
    }

    // MARK: Ignition

    /// The embedded Ignition config.
    public var ignitionConfig: [UInt8]? { initramfs.files[InitramfsFiles.ignitionConfig] }

    /// Embeds an Ignition config, or removes it.
    ///
    /// - Throws: ``LiveImageError/configTooLarge(_:needed:given:)``, and the errors of packing it.
    public mutating func setIgnitionConfig(_ config: [UInt8]?) throws {
        initramfs.files[InitramfsFiles.ignitionConfig] = config
        changes[ignitionArea.offset] = try ignitionArea.bytes(for: initramfs, of: path)
    }

    // MARK: Kernel arguments

    /// The kernel arguments that the image boots with.
    ///
    /// - Throws: ``LiveImageError/noArgumentAreas(_:)``.
    public var kernelArguments: String { get throws { try areas.current } }

    /// The kernel arguments with which it was made.
    ///
    /// - Throws: ``LiveImageError/noArgumentAreas(_:)``.
    public var defaultKernelArguments: String { get throws { try areas.information.default } }

    /// Changes the kernel arguments in the configurations of all boot loaders.
    ///
    /// - Throws: ``LiveImageError``.
    public mutating func setKernelArguments(_ arguments: String) throws {
        changes.merge(try areas.bytes(for: arguments, of: path)) { $1 }
    }

    /// Changes bytes of a file.
    mutating func change(at offset: Int64, _ bytes: [UInt8]) {
        changes[offset] = bytes
    }

    private var areas: KernelArgumentAreas {
        get throws {
            guard let argumentAreas else { throw LiveImageError.noArgumentAreas(path) }
            return argumentAreas
        }
    }

    /// Whether it is as it was made.
    public var isPristine: Bool {
        initramfs.files.isEmpty && changes.isEmpty
            && argumentAreas.map { $0.current == $0.information.default } ?? true
    }

    // MARK: Writing

    /// Writes the changes.
    ///
    /// - Parameter output: a new file, which gets a changed copy; nil changes the image itself.
    /// - Throws: ``LiveImageError`` where the output exists, or `Errno`.
    public func save(to output: FilePath?) throws {
        guard let output else {
            let image = try FileDescriptor.opened(path, .readWrite)
            return try image.closeAfter {
                for (offset, bytes) in changes { _ = try image.writeAll(toAbsoluteOffset: offset, bytes) }
                guard fsync(image.rawValue) == 0 else { throw Errno(rawValue: errno) }
            }
        }
        try NewFile.write(output) { try stream(to: $0) }
    }

    /// Writes a changed copy to a pipe or a file.
    ///
    /// - Throws: `Errno`.
    public func stream(to output: FileDescriptor) throws {
        let image = try FileDescriptor.opened(path, .readOnly)
        try image.closeAfter {
            var position: Int64 = 0
            for (offset, bytes) in changes.sorted(by: { $0.key < $1.key }) {
                try image.readPieces(of: position..<offset) { _ = try output.writeAll($0) }
                _ = try output.writeAll(bytes)
                position = offset + Int64(bytes.count)
            }
            let end = try image.seek(offset: 0, from: .end)
            try image.readPieces(of: position..<end) { _ = try output.writeAll($0) }
        }
    }
}
