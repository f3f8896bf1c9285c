import Deployment
import DiskImage
import SystemPackage

/// What live images are made of.
public struct LiveRequest: Sendable {
    /// The system.
    public var system: LiveSystem
    /// What the initramfs can do, as JSON, for coreos-installer (`features.json`).
    public var features: [UInt8]
    /// The build's version.
    public var version: String
    /// The volume's name.
    public var volumeID: String
    /// The filesystem of the root.
    public var filesystem: LiveFilesystem
    /// Options of its maker; nil for the usual ones.
    public var filesystemOptions: [String]?
    /// What the image boots with.
    public var boot: ISOBoot
    /// What ``OsmetPacker`` made of the disks, by the name that each gets beside the root filesystem; for coreos-installer.
    public var osmets: [String: FilePath] = [:]
    /// Seconds since 1970; the only time that the images know.
    public var timestamp: Int64
    /// What UUIDs are derived from: the commit.
    public var seed: String
    /// A scratch directory of this run alone.
    public var workDirectory: FilePath

    /// A request with all of its values.
    public init(
        system: LiveSystem, features: [UInt8], version: String, volumeID: String, filesystem: LiveFilesystem,
        filesystemOptions: [String]?, boot: ISOBoot, timestamp: Int64, seed: String, workDirectory: FilePath
    ) {
        self.system = system
        self.features = features
        self.version = version
        self.volumeID = volumeID
        self.filesystem = filesystem
        self.filesystemOptions = filesystemOptions
        self.boot = boot
        self.timestamp = timestamp
        self.seed = seed
        self.workDirectory = workDirectory
    }

    /// A volume's name for a system: its name and version, cut to the length that a volume's name may have (ECMA-119,
    /// section 8.4.6).
    public static func volumeID(name: String, version: String) -> String { String("\(name)-\(version)".prefix(32)) }
}

/// Where the images of a live system go.
public struct LiveOutputs: Sendable {
    /// The ISO image.
    public var iso: FilePath
    /// For a network boot.
    public var kernel: FilePath
    /// For a network boot.
    public var initramfs: FilePath
    /// For a network boot.
    public var rootfs: FilePath

    /// Places on the filesystem of the request's scratch directory.
    public init(iso: FilePath, kernel: FilePath, initramfs: FilePath, rootfs: FilePath) {
        (self.iso, self.kernel, self.initramfs, self.rootfs) = (iso, kernel, initramfs, rootfs)
    }
}
