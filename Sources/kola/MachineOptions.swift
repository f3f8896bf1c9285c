import ArgumentParser
import HostSystem
import TestRunner
import VirtualMachine

/// What machines have besides their image: the options that `run` and `qemuexec` share.
struct MachineOptions: ParsableArguments {
    @Flag(inversion: .prefixedNo, help: "Machines have a TPM 2.0 of their own (swtpm).")
    var qemuSwtpm = true

    /// The folders that options named `name` share with guests.
    static func folders(_ texts: [String], name: String, isReadOnly: Bool) throws -> [SharedFolder] {
        try texts.map { text in
            do {
                let folder = try SharedFolder(parsing: text, isReadOnly: isReadOnly)
                guard FileContent.isDirectory(folder.host) else {
                    throw ValidationError("\(name): \(folder.host) is no folder of this host")
                }
                return folder
            } catch let error as MachineError {
                throw ValidationError("\(name): \(error)")
            }
        }
    }

    /// Puts them into the options of a run.
    func apply(to options: inout RunOptions) throws {
        options.hasTPM = qemuSwtpm
    }

    /// Puts them into a machine.
    func apply(to machine: inout MachineDescription) throws {
        machine.hasTPM = qemuSwtpm
    }
}
