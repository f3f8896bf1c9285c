/// The keys of `image.yaml` that say how Amazon's cloud runs the image.
public struct AWSConfig: Sendable, Equatable {
    /// How machines of x86_64 start.
    public enum BootMode: String, Sendable, CaseIterable, Codable {
        /// With UEFI where the machine has it.
        case uefiPreferred = "uefi-preferred"
        /// With UEFI.
        case uefi
        /// With a BIOS.
        case legacyBIOS = "legacy-bios"
    }

    /// How machines of x86_64 start (`aws-x86-boot-mode`).
    public var x86BootMode: BootMode
    /// Whether machines get their metadata by IMDSv2 only (`aws-imdsv2-only`).
    public var isIMDSv2Only: Bool
    /// The kind of disk (`aws-volume-type`).
    public var volumeType: String

    static let keys = ["aws-imdsv2-only", "aws-volume-type", "aws-x86-boot-mode"]

    /// What the keys say; the defaults are coreos-assembler's.
    init(_ keys: inout KeyReader) throws {
        x86BootMode = try keys.choice("aws-x86-boot-mode", BootMode.self) ?? .uefiPreferred
        isIMDSv2Only = try keys.boolean("aws-imdsv2-only") ?? false
        volumeType = try keys.string("aws-volume-type") ?? "gp3"
    }
}
