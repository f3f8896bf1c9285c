import ArgumentParser
import Builds
import HostSystem
import SystemPackage

struct Meta: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Read or change a build's meta.json.",
        discussion: "A key is a top-level key, or a path such as images.qemu.path.")

    @OptionGroup var workdir: WorkdirOption
    @OptionGroup var selection: BuildOption

    @Option(help: ArgumentHelp("Print the value of a key as JSON, with its key.", valueName: "key"))
    var get: [String] = []

    @Option(help: ArgumentHelp("Print the value of a key; None where it is absent.", valueName: "key"))
    var getValue: [String] = []

    @Option(help: ArgumentHelp("Set a key to a string.", valueName: "key=value"))
    var set: [String] = []

    @Option(help: ArgumentHelp("Set a key to true or false.", valueName: "key=true|false"))
    var setBool: [String] = []

    @Option(help: ArgumentHelp("Merge the members of a JSON file.", valueName: "file"))
    var artifactJson: [String] = []

    @Option(help: ArgumentHelp("Print the path of one of the build's files.", valueName: "type"))
    var imagePath: String?

    @Flag(help: "Print all of it.")
    var dump = false

    @Flag(help: "Write also what the schema does not allow.")
    var skipValidation = false

    func validate() throws {
        let modes = [
            !get.isEmpty, !getValue.isEmpty, !set.isEmpty || !setBool.isEmpty, !artifactJson.isEmpty, imagePath != nil,
            dump,
        ]
        guard modes.count(where: { $0 }) == 1 else {
            throw ValidationError(
                "give one of --get, --get-value, --set and --set-bool, --artifact-json, --image-path, --dump")
        }
    }

    func run() throws {
        let store = try workdir.store()
        let build = try selection.resolve(in: store)
        if let imagePath {
            print(try store.artifact(imagePath, of: build, arch: selection.arch))
            return
        }
        guard set.isEmpty, setBool.isEmpty, artifactJson.isEmpty else { return try change(store, build) }
        let metadata = try store.metadata(build, arch: selection.arch)
        if dump { print(JSONValue.object(metadata.object).prettyPrinted) }
        for key in get { print("\(key): \((metadata[path: key] ?? .null).prettyPrinted)") }
        for key in getValue { print(metadata.text(of: key)) }
    }

    private func change(_ store: BuildStore, _ build: String) throws {
        var assignments = try set.map { try MetadataAssignment(string: $0) }
        assignments += try setBool.map { try MetadataAssignment(bool: $0) }
        let fragments = try artifactJson.map { try BuildMetadata.load(FilePath($0).absolute) }
        try store.updateMetadata(build, arch: selection.arch, validate: !skipValidation) { metadata in
            for assignment in assignments { assignment.apply(to: &metadata) }
            for fragment in fragments { metadata.object.merge(fragment.object) }
        }
    }
}
