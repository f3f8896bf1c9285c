import HostSystem
import SystemPackage

/// What the image for Secure Execution on IBM Z takes, which is not made here: its boot image is encrypted for a host, on
/// such a host (coreos-assembler's `docs/cosa/buildextend-secex.md`).
public struct SecureExecution: Sendable, Equatable {
    /// The platform's name.
    static let platform = "qemu-secex"

    /// The architecture of this machine.
    public var hostArchitecture: String
    /// The image of the virtual machine that runs genprotimg, protected itself (`--genprotimgvm`).
    public var machineImage: FilePath
    /// The key document of the host (`--hostkey`), for where there is no such machine.
    public var hostKey: FilePath

    /// What a command line says; nil stands for coreos-assembler's defaults.
    ///
    /// - Throws: ``DiskImageError/file(_:operation:reason:)`` where a file that is named is not there.
    public init(hostArchitecture: String, machineImage: String? = nil, hostKey: String? = nil) throws(DiskImageError) {
        for case (let path?, let option) in [(machineImage, "--genprotimgvm"), (hostKey, "--hostkey")]
        where !FileContent.exists(FilePath(path)) {
            throw .file(FilePath(path), operation: "use for \(option)", reason: "there is no such file")
        }
        self.hostArchitecture = hostArchitecture
        self.machineImage = FilePath(machineImage ?? "/data.secex/genprotimgvm.qcow2")
        self.hostKey = FilePath(hostKey ?? "/srv/secex-hostkey")
    }

    /// What is missing here to make the image, and what to do.
    var missing: String {
        var needs = ["an IBM Z machine with Secure Execution"]
        if hostArchitecture != "s390x" { needs[0] += " (this one is \(hostArchitecture))" }
        if !FileContent.exists(machineImage), !FileContent.exists(hostKey) {
            needs.append(
                "a virtual machine with genprotimg (--genprotimgvm; there is no \(machineImage)) or the host's key "
                    + "document (--hostkey; there is no \(hostKey))")
        }
        return needs.joined(separator: ", ") + ", and dm-verity partitions with a boot image encrypted for that host, "
            + "which only coreos-assembler makes: run its `cosa buildextend-secex` there"
    }
}

extension Platform {
    /// What is missing here to make an image; nil where nothing is.
    public func requirement(_ secureExecution: SecureExecution) -> String? {
        name == SecureExecution.platform ? secureExecution.missing : requirement
    }
}
