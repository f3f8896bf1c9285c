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

    @Option(
        name: [.customShort("p"), .long],
        help: "The platform: qemu to run; all, which is the default of list, or one of upstream's to list.")
    var platform: String?

    @Option(
        name: [.customShort("b"), .long],
        help: "The distribution; that of the build, else fcos; all, which is the default of list, to list.")
    var distro: String?

    @Option(name: .customLong("arch"), help: "The guest's architecture (default: x86_64; list: all).")
    var architecture: String?

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

    /// The selection, where the build is of `buildDistro`.
    ///
    /// - Parameter isListing: what is not said means all.
    func selection(buildDistro: String?, isListing: Bool = false) throws -> TestSelection {
        var selection = TestSelection()
        let all = TestSelection.all
        selection.patterns = patterns.map { Glob($0) }
        selection.tags = Self.words(tag)
        selection.platform = isListing ? all : "qemu"
        if let platform { selection.platform = isListing && platform == all ? all : try KnownNames.platform(platform) }
        selection.distro = distro ?? (isListing ? all : Self.distribution(of: buildDistro))
        selection.architecture = architecture ?? (isListing ? all : arch)
        selection.noNet = noNet
        selection.runPlatformIndependent = runPlatformIndependent
        return selection
    }

    /// The guest's architecture.
    var arch: String { architecture ?? "x86_64" }

    private static func distribution(of build: String?) -> String {
        build == nil || build == "fedora-coreos" ? "fcos" : build ?? "fcos"
    }

    /// Each option may have several words with commas between them, as upstream's may.
    private static func words(_ options: [String]) -> [String] {
        options.flatMap { $0.split(separator: ",").map(String.init) }
    }

    /// Where upstream looks for tests that projects installed.
    private static let installed: FilePath = "/usr/lib/coreos-assembler"

    /// Puts in where tests come from: installed ones, the projects that are named or else the current folder, and the config
    /// of the working directory; and the patterns of tests that are not to be read.
    func applySources(to options: inout RunOptions) {
        var seen: Set<String> = []
        let named = exttest.isEmpty ? ["."] : exttest
        let config = FilePath(workdir).appending("src/config")
        let folders =
            named.map { FilePath($0) } + (FileContent.isDirectory(config.appending("tests/kola")) ? [config] : [])
        // The current folder may be the config; the first name counts.
        options.externalDirectories = folders.filter { folder in
            seen.insert(URL(fileURLWithPath: folder.string).resolvingSymlinksInPath().path).inserted
        }
        options.installedTests = FileContent.isDirectory(Self.installed.appending("tests/kola")) ? Self.installed : nil
        options.denied = Self.words(denylistTest)
        options.workdir = FilePath(workdir)
    }

    /// The denylist of the working directory's config; nil where it has none.
    var denylist: FilePath? {
        let path = FilePath(workdir).appending("src/config/kola-denylist.yaml")
        return FileContent.exists(path) ? path : nil
    }
}
