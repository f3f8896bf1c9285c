import Ignition
import VirtualMachine

extension IgnitionConfig {
    /// Adds what the guest has to do for the parts of its machine: mount shared folders, leave the card on a network of machines
    /// alone, tell tests where the OCI archive is.
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
        if machine.isOnSegment { SegmentMembership.prepare(&self) }
        guard machine.containerArchive != nil else { return }
        let device = MachineDescription.containerArchiveDevice
        // The unit is in the config already: what is about the same one is merged.
        var setting = IgnitionConfig()
        setting.addDropin(
            "10-kola-ociarchive.conf", to: ExternalTestUnit.unit,
            contents: "[Service]\nEnvironment=KOLA_EXT_OSTREE_OCIARCHIVE=\(device)\n")
        self = merged(with: setting)
        // Upstream's is a file of the user core.
        addFile(
            "/etc/udev/rules.d/70-kola-ociarchive.rules",
            text: "SUBSYSTEM==\"block\", ENV{ID_SERIAL}==\"\(QEMUArguments.containerArchiveSerial)\", MODE=\"0444\"\n")
    }
}
