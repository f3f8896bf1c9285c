import ArgumentParser
import Builds
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

extension FilePath {
    /// The path from the root.
    var absolute: FilePath { WorkingDirectory(root: self).root }
}
