import Deployment
import Foundation
import HostSystem
import SystemPackage

/// What a platform changes on an EFI system partition with ``SystemdBoot``: the kernel arguments of its boot entries, which
/// are copies of those on the boot partition.
struct SystemdBootPatch {
    /// The disk image.
    let image: FilePath
    /// The EFI system partition's first byte.
    let start: Int64
    /// Seconds since 1970; the time of the files that are written.
    let timestamp: Int64
    /// Scratch space.
    let workDirectory: FilePath

    private static let environment = ["TZ": "UTC", "MTOOLS_SKIP_CHECK": "1", "LC_ALL": "C"] as [String: String?]
    private static let folder = "::/loader/entries"

    /// Edits the kernel arguments of all entries.
    ///
    /// - Throws: `CommandError`, and the errors of the file system.
    func apply(_ edit: (inout KernelArguments) -> Void) async throws {
        let listing = try await mtool("mdir", ["-b", Self.folder]).text
        for path in listing.split(separator: "\n").map(String.init) where path.hasSuffix(".conf") {
            var entry = BootLoaderEntry(
                parsing: String(decoding: try await mtool("mtype", [path]).standardOutput, as: UTF8.self))
            edit(&entry.kernelArguments)
            let file = workDirectory.appending(FilePath(path).lastComponent?.string ?? "entry.conf")
            try AtomicFile.write(Array(entry.text.utf8), to: file)
            let time = Date(timeIntervalSince1970: TimeInterval(timestamp))
            try FileManager.default.setAttributes([.modificationDate: time], ofItemAtPath: file.string)
            // -o: over the old one; -m: with the file's time.
            try await mtool("mcopy", ["-o", "-m", "-Q", file.string, path])
            unlink(file.string)
        }
    }

    @discardableResult
    private func mtool(_ name: String, _ arguments: [String]) async throws -> Command.Output {
        try await Command(name, ["-i", "\(image)@@\(start)"] + arguments, environment: Self.environment).run()
    }
}
