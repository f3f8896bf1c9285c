import ArgumentParser
import Builds

struct TagCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tag", abstract: "Name builds; a tagged build is not pruned.",
        subcommands: [TagList.self, TagUpdate.self, TagDelete.self], defaultSubcommand: TagList.self)
}

struct TagList: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "List the tags.")

    @OptionGroup var workdir: WorkdirOption
    @OptionGroup var output: JSONOption

    func run() throws {
        let tags = try workdir.store().index().tags
        if output.json {
            print(try JSONReport.text(["tags": tags]))
        } else if tags.isEmpty {
            print("No tags found.")
        }
        guard !output.json else { return }
        for tag in tags {
            print("\(tag.name)\t\(tag.target)\t\(tag.created)" + (tag.description.map { "\t\($0)" } ?? ""))
        }
    }
}

struct TagUpdate: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "update", abstract: "Make or move a tag.")

    @Option(help: "The tag.")
    var tag: String

    @Option(help: ArgumentHelp("The build; the newest where this is not given.", valueName: "id"))
    var build: String?

    @Option(help: "What the tag is for.")
    var description: String?

    @Flag(help: "Also for a build that is not in the list.")
    var force = false

    @OptionGroup var workdir: WorkdirOption

    func run() throws {
        let made = try workdir.store().tag(tag, build: build, description: description, force: force)
        print("\(made.name) -> \(made.target)")
    }
}

struct TagDelete: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "delete", abstract: "Delete tags.")

    @Option(help: "The tag.")
    var tag: [String] = []

    @Flag(help: "All tags.")
    var all = false

    @OptionGroup var workdir: WorkdirOption

    func validate() throws {
        guard tag.isEmpty == all else { throw ValidationError("give --tag or --all") }
    }

    func run() throws {
        let store = try workdir.store()
        try store.deleteTags(all ? store.index().tags.map(\.name) : tag)
    }
}
