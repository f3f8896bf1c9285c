import Foundation
import HostSystem
import SystemPackage

/// Shows a qcow2 image as a raw disk for as long as somebody works on it, through QEMU's FUSE export: without root, and without
/// copying the image.
enum DiskExport {
    private static let program = "qemu-storage-daemon"

    /// Runs `body` with the path of a raw disk; what it writes is in the image afterwards.
    ///
    /// - Parameters:
    ///   - image: a qcow2 image that nobody else has open.
    ///   - scratch: a folder for the mount point and the program's log.
    /// - Throws: ``MachineError`` where the image cannot be shown, and what `body` throws.
    static func withRawDisk<Result: Sendable>(
        of image: FilePath, scratch: FilePath, _ body: @Sendable (FilePath) async throws -> Result
    ) async throws -> Result {
        let mountPoint = scratch.appending("disk.raw")
        let log = scratch.appending("export.log")
        try AtomicFile.write([], to: mountPoint)
        defer { try? FileContent.remove(mountPoint) }
        let pair = try SocketPair()
        let process = try BackgroundProcess(
            Command(
                program,
                [
                    "--blockdev",
                    "driver=qcow2,node-name=disk,file.driver=file,file.filename=\(image.string.inOptionList)",
                    "--export",
                    "type=fuse,id=raw,node-name=disk,mountpoint=\(mountPoint.string.inOptionList),writable=on",
                    // Its monitor's greeting comes when the disk is there.
                    "--chardev", "stdio,id=out", "--monitor", "chardev=out",
                ]), streams: .output(pair.child, errors: log))
        try pair.child.close()
        defer { try? pair.host.close() }
        let greeting = try await Blocking.run { [host = pair.host] in
            var byte = [UInt8](repeating: 0, count: 1)
            return try byte.withUnsafeMutableBytes { try host.read(into: $0) }
        }
        guard greeting == 1 else {
            _ = await process.exit()
            let said = String(decoding: (try? FileContent.read(log)) ?? [], as: UTF8.self)
            let last = said.split(whereSeparator: \.isNewline).last.map(String.init) ?? "it said nothing"
            throw MachineError(kind: .launch, reason: "\(program) cannot show \(image) as a disk: \(last)")
        }
        let outcome: Swift.Result<Result, any Error>
        do {
            outcome = .success(try await body(mountPoint))
        } catch {
            outcome = .failure(error)
        }
        // It writes everything out before it ends.
        process.terminate()
        let status = await process.exit() ?? -1
        let result = try outcome.get()
        guard status == 0 else {
            throw MachineError(kind: .launch, reason: "\(program) ended with status \(status) while it wrote \(image)")
        }
        return result
    }
}
