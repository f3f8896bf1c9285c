import HostSystem

extension AcceleratorChoice {
    /// What runs the instructions of machines: `given`, or else what is found out by trying a guest.
    ///
    /// - Throws: `CommandError` where QEMU cannot be started at all.
    public static func forMachines(given: AcceleratorChoice?) async throws -> AcceleratorChoice {
        if let given { return given }
        return try await KVMProbe(emulator: QEMUArguments.emulator).choose()
    }
}
