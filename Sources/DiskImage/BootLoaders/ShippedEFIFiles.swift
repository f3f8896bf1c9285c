/// The boot programs for UEFI that a commit ships for its EFI system partition: shim, GRUB and what they need, signed where
/// the distribution signs them. They are used as they are.
struct ShippedEFIFiles: Sendable, Equatable {
    struct File: Sendable, Equatable {
        /// Below `EFI/`, such as `fedora/shimx64.efi`.
        let path: String
        /// Relative to ``ShippedEFIFiles/folder``.
        let source: String
        let bytes: [UInt8]
    }

    /// Where bootupd looks for them, the newest layout first (its src/efi.rs).
    private static let versioned = "usr/lib/efi"
    private static let folders = ["usr/lib/bootupd/updates/EFI", "usr/lib/ostree-boot/efi/EFI"]

    /// The folder of the commit that they are in.
    let folder: String
    /// The files, by path.
    let files: [File]
    /// The directory below `EFI/` that the vendor's GRUB has its configuration in.
    let vendor: String

    /// Finds them.
    ///
    /// - Throws: ``BootLoaderError`` where there are none, or those of several vendors.
    init(_ commit: some CommitFiles, _ names: EFINames) throws {
        let found = try Self.find(commit)
        guard let found, !found.files.isEmpty else {
            throw BootLoaderError.missing(
                .grubBLS, path: Self.folders[0], packages: "grub2-efi-\(names.suffix) and shim-\(names.suffix)")
        }
        (folder, files) = found
        let paths = files.map(\.path)
        let candidates = [names.shim, names.grub].lazy.map { name in
            paths.filter {
                $0.split(separator: "/").last.map(String.init) == name && !$0.uppercased().hasPrefix("BOOT/")
            }
        }
        guard let programs = candidates.first(where: { !$0.isEmpty }), let first = programs.first else {
            throw BootLoaderError.missing(
                .grubBLS, path: "\(folder)/<vendor>/\(names.shim)",
                packages: "shim-\(names.suffix), or grub2-efi-\(names.suffix) for disks without Secure Boot")
        }
        guard programs.count == 1 else { throw BootLoaderError.severalVendors(programs.map { "EFI/\($0)" }) }
        vendor = first.split(separator: "/").dropLast().joined(separator: "/")
    }

    private static func find(_ commit: some CommitFiles) throws -> (folder: String, files: [File])? {
        let components = try commit.list(versioned)?.directories ?? []
        let below = try components.flatMap { name in
            try (commit.list("\(versioned)/\(name)")?.directories ?? []).map { "\(name)/\($0)/EFI" }
        }
        let files = try below.flatMap { try read(commit, folder: versioned, below: $0) }
        if !files.isEmpty { return (versioned, files.sorted { $0.path < $1.path }) }
        for folder in folders {
            let files = try read(commit, folder: folder, below: nil)
            if !files.isEmpty { return (folder, files) }
        }
        return nil
    }

    private static func read(_ commit: some CommitFiles, folder: String, below: String?) throws -> [File] {
        let start = below.map { "\(folder)/\($0)" } ?? folder
        return try commit.files(below: start).compactMap { path in
            try commit.read("\(start)/\(path)").map { bytes in
                File(path: path, source: below.map { "\($0)/\(path)" } ?? path, bytes: bytes)
            }
        }
    }
}
