import HostSystem
import LiveImage
import SystemPackage

/// A live system's initramfs: that of the commit, and what tells it that it is a live one.
struct LiveInitramfs {
    /// The path of the stamp, by which an initramfs knows that it is a live system's.
    static let stamp = "etc/coreos-live-initramfs"
    /// The path of the digests of the root filesystem's archive (``StreamHash``).
    static let wantedRootfs = "etc/coreos-live-want-rootfs"
    /// The path of the digest of all of that archive, for a system that has no program for the other ones.
    static let wantedDigest = "etc/live-rootfs-sha256"
    /// The path of what the initramfs can do, for coreos-installer.
    static let features = "etc/coreos/features.json"

    /// The commit's initramfs.
    let base: [UInt8]
    /// The system's version.
    let version: String
    /// What the initramfs can do, as JSON.
    let features: [UInt8]
    /// The digests of the archive with the root filesystem.
    let rootfs: StreamHash

    /// All of it: archives one after the other, each at a whole number of four bytes, as the kernel wants them
    /// (Documentation/driver-api/early-userspace/buffer-format.rst).
    ///
    /// - Throws: `ArchiveError`, `XZError`.
    func bytes() throws -> [UInt8] {
        let files = InitramfsFiles([
            Self.stamp: Array("\(version)\n".utf8), Self.wantedRootfs: Array(rootfs.text.utf8),
            Self.wantedDigest: Array("\(rootfs.digest)\n".utf8), Self.features: features,
        ])
        let padding = Array(repeating: UInt8(0), count: (4 - base.count % 4) % 4)
        return try base + padding + files.archive()
    }
}
