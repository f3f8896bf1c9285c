import ArgumentParser
import HostSystem
import Ignition
import SystemPackage
import TestRunner

/// What a machine that somebody plays with is provisioned with: the options that `qemuexec` has for it.
struct MachineConfigOptions: ParsableArguments {
    @Option(
        name: [.customShort("i"), .long], help: ArgumentHelp("An Ignition config for the machine.", valueName: "file"))
    var ignition: String?

    @Option(
        name: [.customShort("B"), .long], help: ArgumentHelp("A Butane config for the machine.", valueName: "file"))
    var butane: String?

    @OptionGroup var appended: AppendOptions

    func validate() throws {
        if ignition != nil, butane != nil {
            throw ValidationError("Cannot use both --ignition and --butane")
        }
    }

    /// The configs, to be merged in this order. Their warnings are told and fail nothing.
    ///
    /// - Throws: what is wrong with one, with its file.
    func configs(newest: SpecVersion) throws -> [IgnitionConfig] {
        let own =
            butane.map { ConfigFile(FilePath($0), .butane) } ?? ignition.map { ConfigFile(FilePath($0), .ignition) }
        let configs = try [own].compactMap { try $0?.read(newest: newest) } + appended.configs(newest: newest)
        for warning in configs.flatMap(\.warnings) { StandardError.write("warning: \(warning)") }
        return configs
    }
}
