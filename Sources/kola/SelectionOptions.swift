import ArgumentParser
import Foundation
import HostSystem
import SystemPackage
import TestRunner

/// Which tests: the options that `run` and `list` share.
struct SelectionOptions: ParsableArguments {
    @Argument(help: ArgumentHelp("Patterns on the tests' names; all tests where there is none.", valueName: "pattern"))
    var patterns: [String] = []

    @Option(
        name: [.customShort("E"), .long],
        help: ArgumentHelp(
            "A project whose tests/kola are external tests (repeatable; the default is .).", valueName: "dir"))
    var exttest: [String] = []

    @Option(name: [.customShort("p"), .long], help: "The platform: qemu.")
    var platform = "qemu"

    @Option(name: [.customShort("b"), .long], help: "The distribution; that of the build, else fcos.")
    var distro: String?

    @Option(help: "The guest's architecture.")
    var arch = "x86_64"

    @Option(
        parsing: .unconditionalSingleValue,
        help: ArgumentHelp("Only tests with this tag; !TAG leaves them out (repeatable).", valueName: "tag"))
    var tag: [String] = []

    @Option(help: ArgumentHelp("Leave out the tests that match (repeatable).", valueName: "pattern"))
    var denylistTest: [String] = []

    @Option(help: ArgumentHelp("The stream for the denylist's streams; that of the build.", valueName: "name"))
    var denylistStream: String?

    @Flag(help: "Leave out tests that need the internet.")
    var noNet = false

    @Flag(help: "Run tests that say the same on every platform on this one too.")
    var runPlatformIndependent = false

    @Option(help: ArgumentHelp("The working directory of cosa.", valueName: "dir"))
    var workdir = "."

    /// The selection, where the build is of `distro`.
    func selection(buildDistro: String?) -> TestSelection {
        var selection = TestSelection()
        selection.patterns = patterns.map(Glob.init)
        selection.tags = tag
        selection.platform = platform
        selection.distro = distro ?? buildDistro ?? "fcos"
        selection.architecture = arch
        selection.noNet = noNet
        selection.runPlatformIndependent = runPlatformIndependent
        return selection
    }

    /// The projects with external tests: those that are named, else the current folder; and the config of the working
    /// directory.
    var externalDirectories: [FilePath] {
        let named = exttest.isEmpty ? [FilePath(".")] : exttest.map { FilePath($0) }
        let config = FilePath(workdir).appending("src/config")
        return FileContent.isDirectory(config.appending("tests/kola")) ? named + [config] : named
    }

    /// The denylist of the working directory's config; nil where it has none.
    var denylist: FilePath? {
        let path = FilePath(workdir).appending("src/config/kola-denylist.yaml")
        return FileContent.exists(path) ? path : nil
    }
}
