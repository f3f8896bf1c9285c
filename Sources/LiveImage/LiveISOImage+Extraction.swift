import Deployment
import Foundation
import HostSystem
import SystemPackage

extension LiveISOImage {
    private static let networkBootFolder = "images/pxeboot/"
    private static let rootfs = "images/pxeboot/rootfs.img"

    /// Writes the files that a network boot needs into a folder, which is made: `<image's name>-vmlinuz` and so on.
    ///
    /// - Returns: what was written, sorted.
    /// - Throws: ``LiveImageError``, or `Errno`.
    public func extractNetworkBoot(to folder: FilePath) throws -> [FilePath] {
        let files = contents.files.filter { $0.key.hasPrefix(Self.networkBootFolder) }
        guard !files.isEmpty else { throw LiveImageError.notLive(path, lacks: "it has no \(Self.networkBootFolder)") }
        try FileContent.createDirectory(folder)
        let stem = path.stem ?? "live"
        return try files.sorted { $0.key < $1.key }.map { name, file in
            let output = folder.appending("\(stem)-\(name.dropFirst(Self.networkBootFolder.count))")
            try extract(file, to: output)
            return output
        }
    }

    /// Makes the minimal image, which boots as this one does and fetches its root filesystem.
    ///
    /// - Parameters:
    ///   - rootfsURL: where it fetches that; nil leaves it to whoever adds `coreos.live.rootfs_url`.
    ///   - rootfs: a new file that gets the root filesystem.
    /// - Throws: ``LiveImageError``, or `Errno`.
    public func extractMinimal(to output: FilePath, rootfsURL: String?, rootfs: FilePath?) async throws {
        try NewFile.check(output)
        if let rootfsURL, rootfsURL.contains(where: \.isWhitespace) {
            throw LiveImageError.unusableURL(rootfsURL)
        }
        guard isPristine else { throw LiveImageError.customized(path) }
        guard let data = contents.files[MinimalImage.dataPath] else { throw LiveImageError.noMinimalImage(path) }
        let image = try FileDescriptor.opened(path, .readOnly)
        let bytes = try image.closeAfter { try image.readBytes(at: data.offset, count: Int(data.size)) }
        let minimal = try MinimalImage(decoding: bytes, of: path)
        if let rootfs {
            guard let file = contents.files[Self.rootfs] else {
                throw LiveImageError.notLive(path, lacks: "it has no \(Self.rootfs)")
            }
            try extract(file, to: rootfs)
        }
        let scratch = AtomicFile.temporaryPath(for: output)
        defer { unlink(scratch.string) }
        try NewFile.write(scratch) { try minimal.unpack(from: path, to: $0) }
        var result = try await LiveISOImage(scratch)
        try result.removeRootFilesystem(url: rootfsURL)
        try result.save(to: nil)
        try NewFile.check(output)
        try AtomicFile.publish(scratch, as: output)
    }

    private func extract(_ file: ISOFile, to output: FilePath) throws {
        let image = try FileDescriptor.opened(path, .readOnly)
        try image.closeAfter {
            try NewFile.write(output) { output in
                try image.readPieces(of: file.offset..<file.offset + file.size) { _ = try output.writeAll($0) }
            }
        }
    }

    /// The image boots without its own root filesystem from now on, also after its arguments are reset.
    private mutating func removeRootFilesystem(url: String?) throws {
        guard let areas = argumentAreas, let place = contents.files[KernelArgumentAreas.informationPath] else {
            throw LiveImageError.noArgumentAreas(path)
        }
        var arguments = KernelArguments(parsing: areas.current)
        arguments.deleteAll(key: "coreos.liveiso")
        var information = areas.information
        information.default = arguments.description
        if let url { arguments.append("coreos.live.rootfs_url=\(url)") }
        try setKernelArguments(arguments.description)
        let json = try information.json
        let room = Int(place.size)
        guard json.count <= room else {
            throw LiveImageError.malformed(
                path, file: KernelArgumentAreas.informationPath, reason: "\(json.count) bytes do not fit into \(room)")
        }
        change(at: place.offset, json + Array(repeating: UInt8(ascii: " "), count: room - json.count))
    }
}

extension KernelArgumentAreas.Information {
    /// The file's content, on few bytes: it takes the place of a longer one.
    package var json: [UInt8] {
        get throws {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
            return Array(try encoder.encode(self))
        }
    }
}
