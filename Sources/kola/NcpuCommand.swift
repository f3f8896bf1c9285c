import ArgumentParser
import HostSystem
import TestRunner

/// `kola ncpu`.
struct NcpuCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ncpu", abstract: "Prints the number of processors that --parallel auto uses.")

    func run() { Output.write("\(HostCapacity.processors)") }
}
