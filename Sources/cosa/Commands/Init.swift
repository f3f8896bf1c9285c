import ArgumentParser
import Builds
import SystemPackage

struct Init: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Make a working directory for a configuration.")

    @Flag(name: [.customLong("force"), .customShort("f")], help: "Also in a directory that is not empty.")
    var force = false

    @Flag(help: "Mark the directory as one that is thrown away after use.")
    var transient = false

    @Option(name: .shortAndLong, help: "The branch of GITCONFIG to clone.")
    var branch: String?

    @Option(name: .shortAndLong, help: "The commit of GITCONFIG to check out.")
    var commit: String?

    @Option(name: [.long, .customShort("V")], help: "The variant: manifest-<variant>.yaml, image-<variant>.yaml.")
    var variant: String?

    @Option(help: ArgumentHelp("A git repository of .repo files.", valueName: "gitrepo"))
    var yumrepos: String?

    @Option(help: "The branch of --yumrepos to clone.")
    var yumreposBranch: String?

    @OptionGroup var workdir: WorkdirOption

    @Argument(
        help: ArgumentHelp("A directory, which is linked, or a git URL, which is cloned.", valueName: "gitconfig"))
    var gitConfig: String

    func run() async throws {
        var request = Initialization(configuration: gitConfig)
        request.branch = branch
        request.commit = commit
        request.variant = variant
        request.yumRepos = yumrepos
        request.yumReposBranch = yumreposBranch
        request.force = force
        request.transient = transient
        let directory = try await request.run(in: FilePath(workdir.workdir).absolute)
        print("Initialised \(directory.root) for \(gitConfig). Next: cosa fetch && cosa build")
    }
}
