import Ignition
import VirtualMachine

extension RunOptions {
    /// A machine's config with what the run adds to all of them, in the newest spec that the guest takes.
    ///
    /// - Parameter machine: what it is made of; nil for that of `test`.
    /// - Throws: `IgnitionError` for what the guest's Ignition does not know; ``MachineError``.
    func completed(
        _ config: IgnitionConfig, of test: KolaTest, on machine: MachineDescription? = nil
    ) throws -> IgnitionConfig {
        var config = config
        for appended in appended { config = config.merged(with: appended) }
        for unit in debugUnits {
            config.addDropin("10-debug.conf", to: unit, contents: "[Service]\nEnvironment=SYSTEMD_LOG_LEVEL=debug\n")
        }
        config.addParts(of: try machine ?? self.machine(of: test))
        return try config.fitting(ignitionSpec, source: "the config of \(test.name)")
    }
}
