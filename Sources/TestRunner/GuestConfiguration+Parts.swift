import Ignition
import VirtualMachine

extension IgnitionConfig {
    /// Adds what the guest has to do for the parts of its machine: mount shared folders.
    mutating func addParts(of machine: MachineDescription) {
        for (index, folder) in machine.sharedFolders.enumerated() {
            addUnit(
                "\(UnitFile.escapedPath(folder.guest)).mount",
                contents: """
                    [Unit]
                    Description=A folder of the host

                    [Mount]
                    What=\(machine.sharedFolderTag(index))
                    Where=\(folder.guest.split(separator: "%", omittingEmptySubsequences: false).joined(separator: "%%"))
                    Type=virtiofs
                    Options=\(folder.isReadOnly ? "ro" : "rw")

                    [Install]
                    WantedBy=multi-user.target

                    """)
        }
    }
}
