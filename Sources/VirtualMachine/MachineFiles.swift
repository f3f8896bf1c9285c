import SystemPackage

/// Where the files of one machine are: what stays in its output folder, what ends with it in its temporary folder.
public struct MachineFiles: Sendable, Equatable {
    /// The folder for what people read afterwards. It must exist.
    public let output: FilePath
    /// The folder for the disk, the firmware's variables, sockets and keys. Gone when the machine is.
    public let temporary: FilePath

    /// The name of the file in ``output`` with what the machine's test says.
    public let testOutputName: String

    /// The files of a machine in two folders.
    public init(output: FilePath, temporary: FilePath, testOutputName: String = "test.txt") {
        self.output = output
        self.temporary = temporary
        self.testOutputName = testOutputName
    }

    /// The serial console, as the guest wrote it.
    public var console: FilePath { output.appending("console.txt") }
    /// The journal as text.
    public var journal: FilePath { output.appending("journal.txt") }
    /// What Ignition's initramfs dumped; there only where it did.
    public var ignitionDump: FilePath { output.appending("ignition-virtio-dump.txt") }
    /// What the test said; there only where it did.
    public var testOutput: FilePath { output.appending(testOutputName) }
    /// What QEMU itself said.
    public var emulatorLog: FilePath { output.appending("qemu.txt") }
    /// The primary disk's overlay.
    public var overlay: FilePath { disk(0) }
    /// What takes the guest's writes to one of its disks; 0 is the primary one.
    func disk(_ index: Int) -> FilePath { temporary.appending("disk\(index).qcow2") }
    /// The copy of the ISO that has the machine's Ignition config and kernel arguments.
    public var iso: FilePath { temporary.appending("live.iso") }
    /// The Ignition config.
    public var ignition: FilePath { temporary.appending("config.ign") }
    /// The UEFI variables.
    public var firmwareVariables: FilePath { temporary.appending("vars.fd") }
    /// The saved state of a template's devices.
    public var state: FilePath { temporary.appending("state") }
    /// SSH's control socket.
    public var sshControl: FilePath { temporary.appending("ssh") }
    /// What the SSH master said.
    public var sshLog: FilePath { temporary.appending("ssh.log") }
}
