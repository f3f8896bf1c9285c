/// One entry of `partitions` in `image.yaml`, under the partition's name: another size of one that every disk has, or a
/// further one.
public struct PartitionConfig: Sendable, Equatable {
    /// The size in MiB (`size`).
    public var size: Int64
    /// The type GUID of a further partition (`type`).
    public var type: String
    /// What a further partition is formatted with (`filesystem`).
    public var filesystem: Filesystem

    /// What a further partition holds.
    public enum Filesystem: String, Sendable, CaseIterable {
        /// Nothing: it reads as zeros, for Ignition or the system to format.
        case none
        /// An empty ext4, whose label is the partition's name.
        case ext4
    }

    /// The partitions, by name, that disks of one architecture or another have anyway.
    public static let standardNames = ["BIOS-BOOT", "EFI-SYSTEM", "PowerPC-PReP-boot", "boot", "reserved"]
    /// The partition that takes what is left of the disk.
    public static let rootName = "root"

    /// `Linux filesystem data` of the Discoverable Partitions Specification.
    private static let linuxData = "0FC63DAF-8483-4772-8E79-3D69D8477DE4"
    /// In MiB; a smaller ext4 has no room for a journal.
    private static let smallestExt4: Int64 = 16
    /// In bytes (`EXT2_LABEL_LEN` of libext2fs).
    private static let longestExt4Label = 16
    /// In UTF-16 units (UEFI specification 2.10, section 5.3.3).
    private static let longestName = 36

    /// Whether disks have it anyway.
    static func isStandard(_ name: String) -> Bool { standardNames.contains(name) }

    /// Reads the map under a partition's name.
    init(_ member: SourceNode.Member, _ outer: KeyReader) throws {
        let name = member.key
        func error(_ message: String) -> TreefileError {
            TreefileError(file: outer.file, line: member.line, column: member.column, message: message)
        }
        guard name != Self.rootName else {
            throw error("partitions: 'root' takes what is left of the disk; use the key 'size' for the disk's size")
        }
        guard !name.isEmpty, name.utf16.count <= Self.longestName else {
            throw error("partitions: the name '\(name)' must have 1 to \(Self.longestName) characters")
        }
        var keys = try KeyReader(member.value, file: outer.file, name: "partitions.\(name)")
        let sizeNode = keys.take("size")
        guard case .integer(let size)? = sizeNode?.content, size > 0 else {
            throw sizeNode.map { keys.mismatch($0, "size", expected: "a whole number of MiB above 0") }
                ?? keys.error("key 'size' is missing in 'partitions.\(name)': the partition's size in MiB")
        }
        self.size = size
        if Self.isStandard(name) {
            for key in ["type", "filesystem"] where keys.remaining.contains(key) {
                throw keys.error(at: key, "partitions: only the size of '\(name)' can be changed; remove '\(key)'")
            }
            (type, filesystem) = ("", .none)
        } else {
            type = try Self.type(&keys)
            filesystem = try keys.choice("filesystem", Filesystem.self) ?? .none
            guard filesystem == .none || name.utf8.count <= Self.longestExt4Label else {
                throw error(
                    "partitions: '\(name)' is too long for the label of an ext4 filesystem, which has "
                        + "\(Self.longestExt4Label) bytes at most")
            }
            guard filesystem == .none || size >= Self.smallestExt4 else {
                throw error(
                    "partitions: '\(name)' is too small for an ext4 filesystem, which needs \(Self.smallestExt4) MiB")
            }
        }
        try keys.finish()
    }

    private static func type(_ keys: inout KeyReader) throws -> String {
        guard let node = keys.take("type") else { return linuxData }
        let text = try keys.text(node, "type")
        guard text.wholeMatch(of: /[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}/) != nil else {
            throw keys.error(
                at: node, "key 'type': '\(text)' is not a GUID such as \(linuxData)")
        }
        return text.uppercased()
    }
}
