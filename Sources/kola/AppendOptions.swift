import ArgumentParser
import Ignition
import SystemPackage
import TestRunner

/// Configs that every machine of a command gets, whatever else it is provisioned with.
struct AppendOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp("Merge this Butane config into that of every machine (repeatable).", valueName: "file"))
    var appendButane: [String] = []

    @Option(
        help: ArgumentHelp("Merge this Ignition config into that of every machine (repeatable).", valueName: "file"))
    var appendIgnition: [String] = []

    /// Whether there are none.
    var isEmpty: Bool { appendButane.isEmpty && appendIgnition.isEmpty }

    /// The configs, in the order in which they are merged: Butane's first, as upstream does.
    ///
    /// - Throws: what is wrong with one, with its file.
    func configs(newest: SpecVersion) throws -> [IgnitionConfig] {
        let files =
            appendButane.map { ConfigFile(FilePath($0), .butane) }
            + appendIgnition.map { ConfigFile(FilePath($0), .ignition) }
        return try files.map { try $0.read(newest: newest) }
    }
}
