import ArgumentParser
import Builds
import Pipeline

struct ContainerPlan: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "plan",
        abstract: "Show the layers of a build's image, and what a client would have to fetch.",
        discussion: """
            Without options the layers are those of the build's image. With options about layers they are made as \
            `cosa container encapsulate` would make them, but no archive.
            """)

    @Option(help: ArgumentHelp("The build that the client has.", valueName: "id"))
    var against: String?

    @OptionGroup var layers: LayerOptions
    @OptionGroup var build: BuildOption
    @OptionGroup var workdir: WorkdirOption
    @OptionGroup var progress: ProgressOption
    @OptionGroup var json: JSONOption

    func run() async throws {
        let directory = try workdir.open()
        let plan = try await progress.run("container-plan", in: directory, json: json.json) { reporter in
            try await ContainerStep(directory, basearch: build.arch, reporter: reporter).plan(
                build: build.build, against: against, options: layers.options)
        }
        print(json.json ? try JSONReport.text(plan) : plan.text)
    }
}
