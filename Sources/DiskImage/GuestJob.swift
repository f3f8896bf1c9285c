import Deployment
import Foundation
import Guestfs
import HostSystem
import SystemPackage

/// What libguestfs' virtual machine does: it copies a tree from one filesystem to another, on one thread.
struct GuestJob: Sendable {
    /// The disk image, with its partition table and an empty filesystem.
    let image: FilePath
    /// The guest's name of the partition to fill.
    let device: String
    /// Bytes of a sector of the image.
    let sectorSize: Int
    /// An ext4 filesystem with the tree.
    let staging: FilePath
    /// The filesystem to fill.
    let kind: RootFilesystem
    /// Its UUID.
    let uuid: String
    /// Seconds since 1970; the time when the root was read last.
    let timestamp: Int64
    /// What the root has; nil for nothing in particular.
    let root: FileTreeEntry.Attributes?
    /// Paths in the tree that get the immutable flag.
    let immutable: [String]
    /// Where the library has its files.
    let workDirectory: FilePath
    /// False for QEMU's own translator.
    let usesKVM: Bool

    // Mount points in the guest.
    private static let source = "/source"
    private static let target = "/target"

    /// Starts the guest, copies, and ends it; `stop` ends it before.
    ///
    /// - Throws: ``UnavailableBackend``, `GuestfsError`.
    func run(_ stop: GuestStop) throws {
        let guest = try prepare(stop)
        try launch(guest)
        stop.noteStart()
        if kind == .btrfs { try guest.setUUID(uuid, of: device) }
        try mount(guest)
        try guest.copy("\(Self.source)/.", to: Self.target)
        // mke2fs makes it, and removing it changes the time of the root.
        try guest.removeDirectory("\(Self.target)/lost+found")
        if let root {
            try guest.setTimes(Self.target, access: timestamp, modification: root.modificationTime)
        }
        for path in immutable { try guest.setImmutable(Self.target + path) }
        try guest.unmountAll()
        try guest.shutdown()
    }

    private func prepare(_ stop: GuestStop) throws -> Guest {
        let guest = try Guest { stop.check() }
        let cache = KVMProbe.userCacheDirectory ?? workDirectory
        try FileContent.createDirectory(cache)
        try guest.setDirectories(temporary: workDirectory, cache: cache)
        // libguestfs takes a /dev/kvm that opens for one that works.
        try guest.setBackend("direct", setting: usesKVM ? nil : ("force_tcg", "1"))
        try guest.setParameter("-pidfile", to: stop.processFile.string)
        try guest.addDisk(image, sectorSize: sectorSize)
        try guest.addDisk(staging)
        return guest
    }

    private func launch(_ guest: Guest) throws {
        do {
            try guest.launch()
        } catch {
            throw UnavailableBackend(.libguestfs, error.advice)
        }
    }

    private func mount(_ guest: Guest) throws {
        try guest.makeMountPoint(Self.source)
        try guest.makeMountPoint(Self.target)
        try guest.mountReadOnly("/dev/sdb", at: Self.source)
        do {
            try guest.mount(device, at: Self.target)
        } catch {
            guard error.message.contains("unknown filesystem type") else { throw error }
            throw UnavailableBackend(
                .libguestfs, "\(error); the kernel in /boot has no \(kind.rawValue): install one that has it")
        }
    }
}

extension GuestfsError {
    /// The error, and what to do about it.
    fileprivate var advice: String {
        if message.contains("LIBGUESTFS_PATH") {
            "\(self); unset LIBGUESTFS_PATH or install libguestfs0, which has it"
        } else if message.contains("supermin") {
            // supermin makes what is started; it begins with what it lacks, and remarks follow.
            "cannot \(operation): \(output.first ?? message); it needs a kernel in /boot that this user may read "
                + "(`chmod +r /boot/vmlinuz-*`) with its modules in /lib/modules: install linux-image-cloud-amd64, or name "
                + "them in SUPERMIN_KERNEL and SUPERMIN_MODULES"
        } else {
            "\(self); `libguestfs-test-tool` shows more"
        }
    }
}
