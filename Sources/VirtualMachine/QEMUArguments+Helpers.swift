extension QEMUArguments {
    /// The devices behind a helper.
    ///
    /// - Parameter descriptor: the number of the socket that leads to it.
    func arguments(of helper: MachineHelper, descriptor: Int) -> [String] {
        switch helper {
        case .tpm:
            [
                "-chardev", "socket,id=tpm,fd=\(descriptor)", "-tpmdev", "emulator,id=tpm0,chardev=tpm",
                "-device", "tpm-tis,tpmdev=tpm0",
            ]
        case .folder(let index):
            [
                "-chardev", "socket,id=folder\(index),fd=\(descriptor)", "-device",
                "vhost-user-fs-pci,chardev=folder\(index),tag=\(description.sharedFolderTag(index))",
            ]
        }
    }
}
