import ArgumentParser
import Builds
import HostSystem
import Pipeline
import SystemPackage

struct Fetch: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Refresh repository metadata and download packages; the only command that looks for newer ones.")

    @Flag(help: "Fail where a package is in no lockfile.")
    var strict = false

    @Flag(help: "Ignore manifest-lock.<arch>.json and write it anew.")
    var updateLockfile = false

    @Option(help: ArgumentHelp("Write the lockfile here.", valueName: "file"))
    var writeLockfileTo: String?

    @Option(
        help: ArgumentHelp("Use another architecture's packages of this version as the lockfile.", valueName: "version")
    )
    var autolock: String?

    @Flag(help: "Resolve, but download no packages.")
    var dryRun = false

    @OptionGroup var workdir: WorkdirOption
    @OptionGroup var progress: ProgressOption
    @OptionGroup var output: JSONOption

    func run() async throws {
        let directory = try workdir.open()
        let result = try await progress.run("fetch", in: directory, json: output.json) { reporter in
            try await FetchStep(directory, basearch: Architecture.current, reporter: reporter).run(
                strict: strict, updateLockfile: updateLockfile,
                lockfile: writeLockfileTo.map { FilePath($0).absolute }, dryRun: dryRun, autolock: autolock)
        }
        if output.json {
            print(try JSONReport.text(result))
        } else {
            print("\(result.packages) packages, \(result.bytes >> 20) MiB")
            if let lockfile = result.lockfile { print("Wrote \(lockfile)") }
        }
    }
}
