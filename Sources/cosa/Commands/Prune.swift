import ArgumentParser
import Builds
import Pipeline

struct Prune: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Remove old builds and their commits; tagged builds stay.")

    @Option(help: ArgumentHelp("How many untagged builds to keep; 0 keeps all.", valueName: "n"))
    var keepLastN = 3

    @Option(parsing: .upToNextOption, help: ArgumentHelp("Remove these builds and no others.", valueName: "id"))
    var build: [String] = []

    @Flag(help: "Say what would be removed.")
    var dryRun = false

    @OptionGroup var workdir: WorkdirOption
    @OptionGroup var output: JSONOption

    func validate() throws {
        guard keepLastN >= 0 else { throw ValidationError("--keep-last-n must be 0 or more") }
    }

    func run() async throws {
        let store = try workdir.store()
        let plan = try store.prunePlan(keepLast: keepLastN, builds: build)
        if !dryRun { try store.prune(plan) { try CommitCleanup.run($0, in: store.directory) } }
        if output.json {
            print(try JSONReport.text(plan))
        } else if plan.removed.isEmpty {
            print("Nothing to prune.")
        } else {
            let verb = dryRun ? "Would prune" : "Pruned"
            for removed in plan.removed { print("\(verb) \(removed.id) (\(removed.arches.joined(separator: ", ")))") }
        }
    }
}
