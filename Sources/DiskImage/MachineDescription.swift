import Treefile

/// What descriptions of virtual machines say about the system on their disk.
public struct MachineDescription: Sendable, Equatable {
    /// The system's name.
    public var name: String
    /// The system in words.
    public var summary: String
    /// The build's version.
    public var version: String
    /// VMware's name of the operating system (`vmware-os-type` of image.yaml).
    public var vmwareOSType: String
    /// VMware's hardware version (`vmware-hw-version`).
    public var vmwareHardwareVersion: Int64
    /// Whether VMware checks signatures when it boots (`vmware-secure-boot`).
    public var vmwareSecureBoot: Bool

    /// A description of what a build is and of what image.yaml says; where that says nothing, a Linux of no particular
    /// kind on the hardware of ESXi 7.0, without Secure Boot.
    public init(name: String, summary: String?, version: String, image: ImageConfig) {
        self.name = name
        self.summary = summary ?? name
        self.version = version
        vmwareOSType = image.vmwareOSType ?? "otherLinux64Guest"
        vmwareHardwareVersion = image.vmwareHardwareVersion ?? 17
        vmwareSecureBoot = image.vmwareSecureBoot ?? false
    }
}
