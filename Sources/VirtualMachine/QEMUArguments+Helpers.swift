extension QEMUArguments {
    /// The number of the socket that leads to a helper; nil where the machine has no such helper.
    func descriptor(of helper: MachineHelper) -> Int? {
        description.helpers.firstIndex(of: helper).map { firstHelperDescriptor + $0 }
    }

    /// The devices behind a helper.
    func arguments(of helper: MachineHelper) -> [String] {
        guard let descriptor = descriptor(of: helper) else { return [] }
        switch helper {
        // It is among the disks.
        case .disk: return []
        case .tpm:
            return [
                "-chardev", "socket,id=tpm,fd=\(descriptor)", "-tpmdev", "emulator,id=tpm0,chardev=tpm",
                "-device", "tpm-tis,tpmdev=tpm0",
            ]
        case .folder(let index):
            return [
                "-chardev", "socket,id=folder\(index),fd=\(descriptor)", "-device",
                "vhost-user-fs-pci,chardev=folder\(index),tag=\(description.sharedFolderTag(index))",
            ]
        }
    }
}
