import Deployment
import Ext2fs
import Foundation
import HostSystem
import SystemPackage

/// Writes files as an ext4 filesystem into a disk image; nothing is mounted, and any user can.
struct Ext4Writer {
    /// The disk image.
    let image: FilePath
    /// Seconds since 1970; every time in the filesystem.
    let timestamp: Int64
    /// What the hash seed of directories is derived from.
    let seed: String
    /// Where the configuration of mke2fs goes.
    let workDirectory: FilePath

    /// What is particular to one filesystem.
    struct Options {
        /// Its label.
        var label: String
        /// Its UUID.
        var uuid: String
        /// The size of the journal in bytes.
        var journal: Int64
        /// Directories, as absolute paths inside the filesystem, that get the immutable flag; a tree has its own.
        var immutable: [String] = []
    }

    /// The host's mke2fs.conf must not decide: the features are these. `metadata_csum_seed` lets the system change the
    /// UUID at its first boot while the filesystem is mounted; `orphan_file` is unknown to GRUB 2.06.
    private static let features = [
        "none", "has_journal", "ext_attr", "resize_inode", "dir_index", "filetype", "extent", "64bit", "flex_bg",
        "sparse_super", "large_file", "huge_file", "dir_nlink", "extra_isize", "metadata_csum", "metadata_csum_seed",
    ]

    private static let configuration = """
        [defaults]
        base_features = none
        [fs_types]
        ext4 = {
        features = has_journal,extent
        }

        """

    /// Writes `tree` into the place of a partition, which must read as zeros; nothing of the host's files is changed.
    ///
    /// The file is not synced.
    ///
    /// - Throws: `CommandError` of mke2fs, or `Ext2fsError`, which names the path that could not be made.
    func write(_ tree: FileTree, to extent: PartitionExtent, _ options: Options) async throws {
        try await makeEmpty(extent, options)
        let (image, timestamp) = (image, timestamp)
        try await Blocking.run {
            let populator = try Ext4Populator(path: image, offset: extent.start, timestamp: timestamp)
            for entry in tree.entries { try populator.make(entry) }
            try populator.close()
        }
    }

    /// Makes the filesystem of a partition that image.yaml adds, with a root directory of root's.
    ///
    /// - Throws: as ``write(_:to:_:)``.
    func writeEmpty(_ partition: PartitionSpec, _ extent: PartitionExtent) async throws {
        let journal = min(max(extent.size / 64 / .mebibyte, 4), 64) * .mebibyte
        try await write(
            FileTree(root: .init(permissions: 0o755, modificationTime: timestamp)), to: extent,
            Options(
                label: partition.name, uuid: DerivedUUID.make(seed: seed, name: "filesystem \(partition.name)"),
                journal: journal))
    }

    /// Makes a filesystem with nothing in it, in the place of a partition.
    ///
    /// - Throws: `CommandError` of mke2fs.
    func makeEmpty(_ extent: PartitionExtent, _ options: Options) async throws {
        let configuration = workDirectory.appending("mke2fs.conf")
        try AtomicFile.write(Array(Self.configuration.utf8), to: configuration)
        let extended = [
            "hash_seed=\(DerivedUUID.make(seed: seed, name: options.label))", "lazy_itable_init=0",
            "lazy_journal_init=0", "nodiscard", "root_owner=0:0", "offset=\(extent.start)",
        ]
        let arguments =
            ["-q", "-F", "-t", "ext4", "-T", "default", "-O", Self.features.joined(separator: ","), "-b", "4096"]
            + ["-I", "256", "-i", "8192", "-m", "1", "-L", options.label, "-U", options.uuid]
            + ["-J", "size=\(options.journal / .mebibyte)", "-E", extended.joined(separator: ",")]
            + [image.string, "\(extent.size / 1024)k"]
        try await Command(
            "mke2fs", arguments,
            environment: [
                "MKE2FS_CONFIG": configuration.string, "E2FSPROGS_FAKE_TIME": "\(timestamp)",
                // It sorts names by the locale's order.
                "LC_ALL": "C",
            ]
        ).run()
    }
}

extension Ext4Populator {
    fileprivate func make(_ entry: FileTreeEntry) throws {
        let attributes = Ext4Attributes(
            owner: entry.attributes.owner, group: entry.attributes.group,
            permissions: entry.attributes.permissions, modificationTime: entry.attributes.modificationTime,
            extendedAttributes: entry.attributes.extendedAttributes, isImmutable: entry.attributes.isImmutable)
        switch entry.kind {
        case .directory:
            try makeDirectory(entry.path, attributes)
        case .file(.bytes(let bytes)):
            try makeFile(entry.path, bytes, attributes)
        case .file(.file(let source, let size)):
            try makeFile(entry.path, copying: source, size: size, attributes)
        case .symbolicLink(let target):
            try makeSymbolicLink(entry.path, to: target, attributes)
        case .hardLink(let existing):
            try makeHardLink(entry.path, to: existing)
        }
    }
}
