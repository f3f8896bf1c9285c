import Ext2fs
import Foundation
import HostSystem
import SystemPackage

/// Writes a directory as an ext4 filesystem into a disk image; nothing is mounted.
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
        /// Directories, as absolute paths inside the filesystem, that get the immutable flag.
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

    /// Writes `directory` into the place of a partition.
    func write(_ directory: FilePath, to extent: PartitionExtent, _ options: Options) async throws {
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
            + ["-d", directory.string, image.string, "\(extent.size / 1024)k"]
        try await Command(
            "mke2fs", arguments,
            environment: [
                "MKE2FS_CONFIG": configuration.string, "E2FSPROGS_FAKE_TIME": "\(timestamp)",
                // It sorts names by the locale's order.
                "LC_ALL": "C",
            ]
        ).run()
        let (image, timestamp, immutable) = (image, timestamp, options.immutable)
        try await Blocking.run {
            let filesystem = try Ext4Filesystem(path: image, offset: extent.start, timestamp: timestamp)
            // mke2fs copies the times at which the files were made in the directory.
            try filesystem.normalizeTimes(timestamp)
            for path in immutable { try filesystem.setImmutable(path) }
            try filesystem.close()
        }
    }
}
