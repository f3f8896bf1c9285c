import ArgumentParser
import Builds

struct Clean: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Remove all builds and scratch files.")

    @Flag(name: .shortAndLong, help: "Remove the cache too: the next build downloads and imports everything again.")
    var all = false

    @OptionGroup var workdir: WorkdirOption

    func run() throws { try workdir.store().clean(cache: all) }
}
