import ArgumentParser
import Builds
import HostSystem
import SystemPackage

/// Where the working directory is.
struct WorkdirOption: ParsableArguments {
    @Option(name: .long, help: ArgumentHelp("The working directory.", valueName: "dir"))
    var workdir = "."

    /// The working directory, checked.
    func open() throws -> WorkingDirectory { try WorkingDirectory.open(FilePath(workdir).absolute) }

    /// Its builds.
    func store() throws -> BuildStore { BuildStore(try open()) }
}

/// One build of one architecture.
struct BuildOption: ParsableArguments {
    @Option(name: .long, help: ArgumentHelp("The build: an id, a tag or \"latest\".", valueName: "id"))
    var build: String?

    @Option(name: .long, help: "The architecture.")
    var arch = Architecture.current

    /// The id of the build that is meant.
    func resolve(in store: BuildStore) throws -> String { try store.resolve(build, arch: arch) }
}

/// A report for machines instead of one for people.
struct JSONOption: ParsableArguments {
    @Flag(name: .long, help: "Print JSON.")
    var json = false
}

/// How much a verb that builds says while it works.
struct ProgressOption: ParsableArguments {
    @Flag(name: .shortAndLong, help: "Only the result.")
    var quiet = false

    @Flag(name: .shortAndLong, help: "The tools' output, too.")
    var verbose = false

    @Flag(help: "Every event as a line of JSON on standard error.")
    var jsonLog = false

    var style: ConsoleRenderer.Style { jsonLog ? .json : quiet ? .quiet : verbose ? .verbose : .plain }

    /// Runs a verb with its log: what it reports is shown and written, and a failure names the log.
    ///
    /// - Parameter json: true leaves standard output to the JSON of the result.
    func run<Result>(
        _ verb: String, in directory: WorkingDirectory, json: Bool = false, _ body: (Reporter) async throws -> Result
    ) async throws -> Result {
        let log = try BuildLog(verb, in: directory.logs)
        let console = ConsoleRenderer(style, notes: json ? .standardError : .standardOutput)
        do {
            return try await body(Reporter([console.reporter, log.reporter]))
        } catch let error as ExitCode {
            throw error
        } catch {
            throw LoggedFailure(cause: error, log: log.path)
        }
    }
}

extension FilePath {
    /// The path from the root.
    var absolute: FilePath { WorkingDirectory(root: self).root }
}
