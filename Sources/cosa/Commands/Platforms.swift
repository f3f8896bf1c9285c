import ArgumentParser
import Builds
import Pipeline

struct Platforms: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "List the platforms that images are made for.",
        discussion: """
            Of one architecture, or of all with --arch all. The sizes: metal is as large as the content needs, cloud as \
            large as `size` in image.yaml says.
            """)

    @Option(help: "The architecture, or \"all\".")
    var arch = Architecture.current

    @OptionGroup var output: JSONOption

    func run() throws {
        let list = PlatformList(basearch: arch == "all" ? nil : arch)
        guard !list.platforms.isEmpty else {
            throw ValidationError("there are no platforms for \(arch): try --arch all")
        }
        print(output.json ? try JSONReport.text(list) : list.text)
    }
}
