import Deployment
import DiskImage
import Foundation
import HostSystem
import LiveImage
import SystemPackage

/// Makes a live system's images: the ISO, and the kernel, initramfs and root filesystem for a network boot.
///
/// Equal requests give equal bytes.
public struct LiveImageBuilder: Sendable {
    private let progress: @Sendable (String) -> Void
    private let creator: String

    private static let bootFolder = "images/pxeboot"
    private static let rootfs = "\(bootFolder)/rootfs.img"

    /// A builder.
    ///
    /// - Parameters:
    ///   - creator: this program's version.
    ///   - progress: called with a line about what is being done.
    public init(creator: String, progress: @escaping @Sendable (String) -> Void = { _ in }) {
        (self.creator, self.progress) = (creator, progress)
    }

    /// Makes the images.
    ///
    /// - Throws: ``LiveImageError``, `CommandError`, or the error of a library.
    public func build(_ request: LiveRequest, to outputs: LiveOutputs) async throws {
        let work = request.workDirectory
        let filesystem = work.appending("root.\(request.filesystem.rawValue)")
        // What is wrong with a configuration is told before the long part.
        let areas = try LiveBootFiles(request)
        progress("Writing the root filesystem (\(request.filesystem.rawValue))")
        try await request.filesystem.write(
            request.system.root, to: filesystem, options: request.filesystemOptions, timestamp: request.timestamp,
            seed: request.seed, workDirectory: work)
        let tree = work.appending("iso")
        try await Blocking.run {
            try RootfsArchive.write(
                filesystem, request.filesystem, version: request.version, further: request.osmets, to: outputs.rootfs)
            unlink(filesystem.string)
            let initramfs = LiveInitramfs(
                base: try request.system.initramfs.bytes(), version: request.version, features: request.features,
                rootfs: try StreamHash(of: outputs.rootfs))
            try AtomicFile.write(initramfs.bytes(), to: outputs.initramfs)
            try AtomicFile.write(request.system.kernel.bytes(), to: outputs.kernel)
            try layOut(areas.files, request, outputs, in: tree)
        }
        progress("Writing the ISO image")
        let master = ISOMaster(volumeID: request.volumeID, timestamp: request.timestamp, seed: request.seed)
        let full = work.appending("full.iso")
        try await master.write(tree, bios: request.boot.bios, to: full)
        try await addMinimal(request, tree, master, to: full)
        try await Blocking.run { try AtomicFile.publish(full, as: outputs.iso) }
    }

    /// Makes the image a second time without the root filesystem, and notes in the first how the second is made of it.
    private func addMinimal(
        _ request: LiveRequest, _ tree: FilePath, _ master: ISOMaster, to full: FilePath
    ) async throws {
        let minimal = request.workDirectory.appending("minimal.iso")
        for path in [Self.rootfs, MinimalImage.dataPath] { unlink(tree.appending(path).string) }
        try await master.write(tree, bios: request.boot.bios, to: minimal)
        let data = try await MinimalImage.pack(minimal: minimal, full: full).encoded(creator: creator)
        unlink(minimal.string)
        guard let place = try await ISOContents(of: full).files[MinimalImage.dataPath] else {
            throw LiveImageError.noMinimalImage(full)
        }
        guard data.count <= place.size else {
            throw LiveImageError.malformed(
                full, file: MinimalImage.dataPath, reason: "\(data.count) bytes do not fit into \(place.size)")
        }
        let image = try FileDescriptor.open(full, .readWrite, options: .closeOnExec)
        try image.closeAfter { _ = try image.writeAll(toAbsoluteOffset: place.offset, data) }
    }

    private func layOut(
        _ files: [String: [UInt8]], _ request: LiveRequest, _ outputs: LiveOutputs, in tree: FilePath
    ) throws {
        for (path, bytes) in files { try AtomicFile.write(bytes, to: place(path, in: tree)) }
        let linked = [
            ("\(Self.bootFolder)/vmlinuz", outputs.kernel), ("\(Self.bootFolder)/initrd.img", outputs.initramfs),
            (Self.rootfs, outputs.rootfs), (ISOBootBuilder.efiSystem, request.boot.efiSystem),
        ]
        for (path, source) in linked {
            let file = try place(path, in: tree)
            guard link(source.string, file.string) == 0 else {
                throw LiveImageError.file(file, operation: "link", reason: "\(Errno(rawValue: errno))")
            }
        }
    }

    private func place(_ path: String, in tree: FilePath) throws -> FilePath {
        let file = tree.appending(path)
        try FileContent.createDirectory(file.removingLastComponent())
        return file
    }
}

extension FileTreeEntry.Content {
    /// All of it.
    fileprivate func bytes() throws -> [UInt8] {
        switch self {
        case .bytes(let bytes): bytes
        case .file(let path, _): try FileContent.read(path)
        }
    }
}
