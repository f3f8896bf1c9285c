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

    @Option(
        help: ArgumentHelp(
            "Merge a well-known piece: autologin, autoresize, noautoupdate (repeatable).", valueName: "name"))
    var addIgnition: [String] = []

    @Flag(help: "Write the config to the disk's boot partition, as for images of bare metal.")
    var injectIgnition = false

    @Flag(help: "Give the guest the file of --ignition as it is, unread and without what kola adds; shows the console.")
    var ignitionDirect = false

    @OptionGroup var appended: AppendOptions

    func validate() throws {
        if ignition != nil, butane != nil {
            throw ValidationError("Cannot use both --ignition and --butane")
        }
        _ = try fragments
        guard ignitionDirect else { return }
        if butane != nil {
            throw ValidationError("Cannot use --ignition-direct with --butane, which has to be translated")
        }
        if ignition == nil { throw ValidationError("Cannot use --ignition-direct without --ignition") }
        if !addIgnition.isEmpty { throw ValidationError("Cannot use --add-ignition with --ignition-direct") }
        if !appended.isEmpty {
            throw ValidationError("Cannot use --append-butane or --append-ignition with --ignition-direct")
        }
    }

    /// The pieces of `--add-ignition`, of which one option may name several with commas between them.
    var fragments: [WellKnownFragment] {
        get throws {
            try addIgnition.flatMap { $0.split(separator: ",") }.map { name in
                guard let fragment = WellKnownFragment(rawValue: String(name)) else {
                    let all = WellKnownFragment.allCases.map(\.rawValue).joined(separator: ", ")
                    throw ValidationError("--add-ignition: Unknown fragment: \(name); there are \(all)")
                }
                return fragment
            }
        }
    }

    /// Whether the machine is to have any config.
    var isEmpty: Bool { ignition == nil && butane == nil && addIgnition.isEmpty && appended.isEmpty }

    /// What the machine is provisioned with. Warnings are told and fail nothing.
    ///
    /// - Parameter more: pieces that the user did not ask for.
    /// - Throws: what is wrong with a config, with its file.
    func provisioning(newest: SpecVersion, more: [WellKnownFragment]) throws -> Devshell.Provisioning {
        let own =
            butane.map { ConfigFile(FilePath($0), .butane) } ?? ignition.map { ConfigFile(FilePath($0), .ignition) }
        if ignitionDirect, let own { return .direct(try own.bytes()) }
        let pieces = (more + (try fragments)).map(\.config)
        let configs = try [own].compactMap { try $0?.read(newest: newest) } + appended.configs(newest: newest)
        for warning in configs.flatMap(\.warnings) { StandardError.write("warning: \(warning)") }
        return .merged(pieces + configs)
    }
}
