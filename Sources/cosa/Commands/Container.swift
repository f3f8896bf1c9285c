import ArgumentParser

struct Container: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Make and look at the container image of a build.",
        subcommands: [ContainerEncapsulate.self, ContainerPlan.self])
}
