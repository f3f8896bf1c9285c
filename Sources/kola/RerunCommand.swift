import ArgumentParser
import SystemPackage
import TestRunner

/// `kola rerun`.
struct RerunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rerun", abstract: "Runs the tests again that failed in the latest run.",
        discussion: """
            The latest run is that in tmp/kola or _kola_temp of the working directory, or that in --output-dir, whose \
            folder rerun then takes the new results. The other options are those of `kola run`.
            """)

    @OptionGroup var options: RunCommand

    func validate() throws {
        if let pattern = options.selection.patterns.first {
            throw ValidationError("\"\(pattern)\": kola rerun takes no patterns; it runs the tests that failed")
        }
    }

    func run() async throws {
        var command = options
        let earlier: EarlierRun
        if let folder = options.outputDir {
            earlier = try EarlierRun(output: FilePath(folder))
            command.outputDir = FilePath(folder).appending("rerun").string
        } else {
            let selection = options.selection
            earlier = try EarlierRun.latest(
                platform: selection.platform ?? "qemu", workdir: FilePath(selection.workdir))
        }
        guard !earlier.failed.isEmpty else {
            return Output.write("There is nothing to run again: no test failed in \(earlier.output)")
        }
        command.selection.patterns = earlier.failed.map { Glob(exactly: $0).pattern }
        try await command.run()
    }
}
