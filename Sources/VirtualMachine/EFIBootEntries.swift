import Deployment
import HostSystem
import SystemPackage

/// The boot entries on an EFI system partition, which systemd-boot reads in the place of those on the boot partition; through
/// mtools, nothing is mounted.
struct EFIBootEntries: Sendable {
    /// A raw disk.
    let disk: FilePath
    /// Where the partition begins, in bytes.
    let start: Int64
    /// A folder for temporary files.
    let scratch: FilePath

    private static let environment = ["MTOOLS_SKIP_CHECK": "1", "LC_ALL": "C"] as [String: String?]
    private static let folder = "::/loader/entries"

    /// Edits the kernel arguments of all entries. A disk that another boot loader starts has none.
    ///
    /// - Throws: `CommandError`, and the errors of the file system.
    func edit(_ change: (inout KernelArguments) -> Void) async throws {
        let listing = try await mtool("mdir", ["-b", Self.folder]).capture()
        guard listing.status == 0 else { return }
        for path in listing.text.split(separator: "\n").map(String.init) where path.hasSuffix(".conf") {
            let bytes = try await mtool("mtype", [path]).run().standardOutput
            var entry = BootLoaderEntry(parsing: String(decoding: bytes, as: UTF8.self))
            change(&entry.kernelArguments)
            let file = scratch.appending("entry.conf")
            try AtomicFile.write(Array(entry.text.utf8), to: file)
            defer { try? FileContent.remove(file) }
            // -o: over the old one.
            try await mtool("mcopy", ["-o", "-Q", file.string, path]).run()
        }
    }

    private func mtool(_ name: String, _ arguments: [String]) -> Command {
        Command(name, ["-i", "\(disk)@@\(start)"] + arguments, environment: Self.environment)
    }
}
