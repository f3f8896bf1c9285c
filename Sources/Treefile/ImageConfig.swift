import Foundation
import SystemPackage

/// `image.yaml`: what the disk image of a configuration is like (coreos-assembler's keys).
public struct ImageConfig: Sendable, Equatable {
    /// Every key as written, includes merged: the content of `image.json`.
    public var values: [String: ConfigValue]
    /// The size of the disk (`size`): a number of GiB, or `auto`.
    public var size: Size
    /// Kernel arguments of every platform (`extra-kargs`).
    public var extraKernelArguments: [String]
    /// The file system of the root: `xfs` (default), `ext4`, `btrfs` (`rootfs`).
    public var rootFileSystem: String
    /// Kernel arguments for the network at first boot (`ignition-network-kcmdline`); nil where the key is missing.
    public var ignitionNetworkArguments: [String]?
    /// The remote by which the deployed ref is prefixed (`ostree-remote`).
    public var ostreeRemote: String?
    /// The container image that the deployed system follows (`container-imgref`).
    public var containerImageReference: String?
    /// The boot loader (`bootloader`): `auto` (default, by what the commit ships), `grub` or `systemd-boot`.
    public var bootLoader: String?
    /// Sizes of partitions and further partitions, by name (`partitions`).
    public var partitions: [String: PartitionConfig]
    /// The filesystem that live images run from (`live-rootfs-fstype`): `squashfs` (default) or `erofs`.
    public var liveRootFilesystem: String
    /// What its maker is told (`live-rootfs-fsoptions`); nil for the usual.
    public var liveRootOptions: String?
    /// How artifacts are compressed (`compressor`): `xz`, `gzip` or `zstd`.
    public var compressor: String?
    /// ``compressor`` for single platforms (`platform-compressor`).
    public var platformCompressor: [String: String]
    /// VMware's name of the operating system (`vmware-os-type`).
    public var vmwareOSType: String?
    /// VMware's hardware version (`vmware-hw-version`).
    public var vmwareHardwareVersion: Int64?
    /// Whether VMware checks signatures when it boots (`vmware-secure-boot`).
    public var vmwareSecureBoot: Bool?
    /// What Amazon's import of the image says (`aws-…`).
    public var aws: AWSConfig
    /// What the container image is like (`container`).
    public var container: ContainerConfig
    /// Files that were read, the top one first.
    public var files: [FilePath]

    /// How large a disk for virtual machines and clouds is.
    public enum Size: Sendable, Equatable {
        /// So many GiB.
        case gibibytes(Int64)
        /// As large as the content needs.
        case automatic
    }

    private static let otherKeys = [
        "bootfs", "grub-script", "ostree-format", "deploy-via-container", "squashfs-compression", "rootfs-args",
        "luks_rootfs", "bootc-install-to-fs", "sector-size", "default-initrd", "os-name",
    ]
    private static let liveFilesystems = ["squashfs", "erofs"]
    /// A GUID partition table has 128 entries.
    private static let mostPartitions = 100
    private static let listKeys = ["extra-kargs", "ignition-network-kcmdline"]

    /// Reads `image.yaml` and what it includes; the including file wins, its lists come first.
    ///
    /// Keys that nobody knows are kept, as coreos-assembler does, unless they look like a slip of a known one.
    /// - Throws: ``TreefileError``.
    public static func load(_ path: FilePath) throws -> ImageConfig {
        var files: [FilePath] = []
        var values: [String: ConfigValue] = [:]
        var next: FilePath? = path
        while let file = next {
            guard !files.contains(file) else {
                throw TreefileError(file: file, message: "Include loop detected; \(file) was already included")
            }
            files.append(file)
            var keys = try KeyReader(SourceNode.load(file), file: file)
            next = try keys.string("include").map {
                file.removingLastComponent().pushing(FilePath($0)).lexicallyNormalized()
            }
            try add(&keys, to: &values)
        }
        var keys = try KeyReader(SourceNode(.object(values)), file: path)
        return try ImageConfig(&keys, values: values, files: files)
    }

    /// Reads `image.json` of a commit, in which everything is merged.
    ///
    /// - Parameter name: what errors call it.
    /// - Throws: ``TreefileError``.
    public static func parse(json bytes: [UInt8], named name: FilePath) throws -> ImageConfig {
        var values: [String: ConfigValue] = [:]
        var source = try KeyReader(SourceNode.parse(Data(bytes), file: name), file: name)
        try add(&source, to: &values)
        var keys = try KeyReader(SourceNode(.object(values)), file: name)
        return try ImageConfig(&keys, values: values, files: [])
    }

    private static func add(_ keys: inout KeyReader, to values: inout [String: ConfigValue]) throws {
        try check(&keys)
        for key in keys.remaining {
            guard let value = keys.take(key)?.value else { continue }
            values[key] = merge(values[key], value, key)
        }
    }

    /// `image.json`, sorted by key.
    public var json: ConfigValue { .object(values) }

    /// The compressor of a platform's artifact.
    public func compressor(for platform: String) -> String? { platformCompressor[platform] ?? compressor }

    private static func merge(_ mine: ConfigValue?, _ included: ConfigValue, _ key: String) -> ConfigValue {
        switch (mine, included) {
        case (.array(let first), .array(let second)) where listKeys.contains(key): .array(first + second)
        case (.object(let first), .object(let second)): .object(second.merging(first) { _, mine in mine })
        case (let mine?, _): mine
        case (nil, _): included
        }
    }

    /// Checks types where the marks are still there, and names that look like slips.
    private static func check(_ keys: inout KeyReader) throws {
        var copy = keys
        _ = try ImageConfig(&copy, values: [:], files: [])
        for key in otherKeys { _ = copy.take(key) }
        let names = knownKeys
        for key in copy.remaining {
            if let near = Spelling.nearest(to: key, in: names), Spelling.distance(key, near) <= 2 {
                throw copy.error(at: key, "unknown key '\(key)'; did you mean '\(near)'?")
            }
        }
    }

    private static var knownKeys: [String] {
        otherKeys + listKeys + [
            "size", "rootfs", "ostree-remote", "container-imgref", "compressor", "platform-compressor",
            "vmware-os-type", "vmware-hw-version", "vmware-secure-boot", "container", "include", "bootloader",
            "partitions", "live-rootfs-fstype", "live-rootfs-fsoptions",
        ] + AWSConfig.keys
    }

    private init(_ keys: inout KeyReader, values: [String: ConfigValue], files: [FilePath]) throws {
        self.values = values
        self.files = files
        let sizeNode = keys.take("size")
        switch sizeNode?.content {
        case .integer(let gigabytes) where gigabytes > 0: size = .gibibytes(gigabytes)
        case .string("auto"): size = .automatic
        case nil: size = .gibibytes(10)
        default:
            throw sizeNode.map { keys.mismatch($0, "size", expected: "a whole number of GiB above 0, or auto") }
                ?? keys.error("key 'size'")
        }
        extraKernelArguments = try keys.strings("extra-kargs") ?? []
        rootFileSystem = try keys.string("rootfs") ?? "xfs"
        ignitionNetworkArguments = try keys.strings("ignition-network-kcmdline")
        ostreeRemote = try keys.string("ostree-remote")
        containerImageReference = try keys.string("container-imgref")
        bootLoader = try keys.string("bootloader")
        let liveNode = keys.take("live-rootfs-fstype")
        switch liveNode?.content {
        case .string(let name) where Self.liveFilesystems.contains(name): liveRootFilesystem = name
        case nil: liveRootFilesystem = Self.liveFilesystems[0]
        default:
            throw liveNode.map { keys.mismatch($0, "live-rootfs-fstype", expected: "squashfs or erofs") }
                ?? keys.error("key 'live-rootfs-fstype'")
        }
        liveRootOptions = try keys.string("live-rootfs-fsoptions")
        compressor = try keys.string("compressor")
        var platforms: [String: String] = [:]
        for member in try keys.map("platform-compressor") ?? [] {
            platforms[member.key] = try keys.text(member.value, "platform-compressor.\(member.key)")
        }
        platformCompressor = platforms
        var entries: [String: PartitionConfig] = [:]
        for member in try keys.map("partitions") ?? [] {
            entries[member.key] = try PartitionConfig(member, keys)
        }
        guard entries.count <= Self.mostPartitions else {
            throw keys.error("key 'partitions': \(entries.count) are too many; \(Self.mostPartitions) at most")
        }
        partitions = entries
        vmwareOSType = try keys.string("vmware-os-type")
        vmwareHardwareVersion = try keys.integer("vmware-hw-version")
        vmwareSecureBoot = try keys.boolean("vmware-secure-boot")
        aws = try AWSConfig(&keys)
        container =
            try keys.take("container").map { node in
                var container = try KeyReader(node, file: keys.file, name: "container")
                return try ContainerConfig(&container)
            } ?? ContainerConfig()
    }
}
