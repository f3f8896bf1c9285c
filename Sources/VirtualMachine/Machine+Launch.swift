import HostSystem
import SystemPackage

extension Machine {
    /// Starts a machine.
    ///
    /// - Parameters:
    ///   - description: what it is made of.
    ///   - identifier: its UUID.
    ///   - ignition: the Ignition config as JSON; nil for none.
    ///   - files: where its files go; both folders must exist.
    ///   - accelerator: what runs its instructions (``KVMProbe/choose()``).
    ///   - segment: what its card on a segment is plugged into; nil for nothing.
    ///   - fatalPatterns: what on its console ends it; none of them for a test that wants the guest to fail.
    ///   - onConsole: gets what the guest writes to its console, on a thread of its own.
    /// - Throws: ``MachineError`` or `CommandError` where it did not start.
    public static func launch(
        _ description: MachineDescription, identifier: String, ignition: [UInt8]?, files: MachineFiles,
        accelerator: Accelerator, segment: NetworkSegment? = nil,
        fatalPatterns: [ConsolePattern] = ConsolePattern.all + [.ignitionFailure],
        onConsole: (@Sendable ([UInt8]) -> Void)? = nil
    ) async throws -> Machine {
        var starter = MachineStarter(
            description: description, identifier: identifier, files: files, accelerator: accelerator,
            fatalPatterns: fatalPatterns, hasIgnition: ignition != nil, start: .boot,
            segment: segment, onConsole: onConsole)
        try await prepare(&starter, ignition: ignition)
        return try await starter.run()
    }

    /// What must be there before QEMU starts.
    static func prepare(_ starter: inout MachineStarter, ignition: [UInt8]?) async throws {
        let preparation = MachinePreparation(description: starter.description, files: starter.files)
        try await preparation.makeDisks()
        if let iso = starter.description.iso {
            let customization = LiveISOCustomization(
                iso: iso, ignition: ignition, arguments: starter.description.kernelArguments)
            starter.description.iso?.path = try await customization.write(to: starter.files.iso)
        } else {
            try await BootArguments(
                everyBoot: starter.description.kernelArguments, firstBoot: starter.description.firstBootKernelArguments,
                ignition: starter.description.hasIgnitionOnDisk ? ignition : nil
            ).write(to: starter.files.overlay, scratch: starter.files.temporary)
        }
        if let ignition { try AtomicFile.write(ignition, to: starter.files.ignition, mode: .ownerReadWrite) }
        try preparation.copyFirmwareVariables()
    }
}
