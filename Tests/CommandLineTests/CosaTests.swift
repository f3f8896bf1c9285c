import HostSystem
import SystemPackage
import Testing

@Suite("cosa's command line")
struct CosaTests {
    @Test(
        "help and version are no failures", arguments: [[], ["--help"], ["help"], ["list", "--help"], ["--version"]])
    func help(arguments: [String]) async throws {
        let tool = try Tool()
        let output = try await tool.cosa(arguments)
        #expect(output.status == 0)
        #expect(!output.text.isEmpty)
        #expect(output.standardError == "")
    }

    @Test(
        "wrong usage ends with status 64 and its cause",
        arguments: [
            (["lst"], "error: unknown command: lst; did you mean `list`? `cosa --help` lists all"),
            (["frobnicate"], "error: unknown command: frobnicate; `cosa --help` lists all"),
            (["list", "--jsn"], "error: Unknown option '--jsn'. Did you mean '--json'?"),
            (["prune", "--keep-last-n", "-1"], "error: Missing value for '--keep-last-n <n>'"),
            (
                ["meta"],
                "error: give one of --get, --get-value, --set and --set-bool, --artifact-json, --image-path, --dump"
            ),
        ])
    func usage(arguments: [String], message: String) async throws {
        let output = try await Tool().cosa(arguments)
        #expect(output.status == 64)
        #expect(output.lastErrorLine == message)
        #expect(output.text == "")
    }

    @Test("outside of a working directory every verb says what is missing, with status 1")
    func elsewhere() async throws {
        let tool = try Tool()
        for verb in [["list"], ["meta", "--dump"], ["tag"], ["clean"], ["prune"]] {
            let output = try await tool.cosa(verb)
            #expect(output.status == 1, "\(verb)")
            #expect(
                output.lastErrorLine
                    == "error: \(tool.work) is not a working directory: src/config is missing; "
                    + "run `cosa init CONFIG` in an empty one")
        }
    }

    @Test("init, list and meta work together")
    func session() async throws {
        let tool = try Tool()
        _ = try await tool.cosa("init", tool.temporary.appending("config").string)
        #expect(try await tool.cosa("list").text == "No build found.")
        let meta = try await tool.cosa("meta", "--dump")
        #expect(meta.status == 1)
        #expect(meta.lastErrorLine == "error: No build found. Run `cosa build` first")
        // What has a log names it, and the cause stays the last line.
        let fetch = try await tool.cosa("fetch")
        #expect(fetch.status == 1)
        #expect(fetch.standardError.contains("log: \(tool.work)/tmp/log/fetch.log\n"))
        #expect(fetch.lastErrorLine == "error: No enabled repositories; put a .repo file beside the manifest")
    }

    @Test("no password of a URL is in an error")
    func redaction() async throws {
        let output = try await Tool().cosa("init", "http://me:hunter2@127.0.0.1:9/config.git")
        #expect(output.status == 1)
        #expect(output.lastErrorLine.hasPrefix("error: cannot clone http://***@127.0.0.1:9/config.git: "))
        #expect(!output.standardError.contains("hunter2"))
    }

    @Test("meta reads, sets and checks")
    func meta() async throws {
        let tool = try Tool()
        try await tool.makeBuild()
        #expect(try await tool.cosa("meta", "--get-value", "buildid").text == "1.0")
        #expect(try await tool.cosa("meta", "--get-value", "none").text == "None")
        #expect(
            try await tool.cosa("meta", "--get", "images.ostree.path").text == "images.ostree.path: \"a.ociarchive\"")
        #expect(
            try await tool.cosa("meta", "--image-path", "ostree").text == "\(tool.work)/builds/1.0/x86_64/a.ociarchive")
        #expect(
            try await tool.cosa(
                "meta", "--set", "summary=Demo OS", "--set-bool", "coreos-assembler.overrides-active=true"
            ).status == 0)
        #expect(try await tool.cosa("meta", "--get-value", "summary").text == "Demo OS")
        #expect(try await tool.cosa("meta", "--get-value", "coreos-assembler.overrides-active").text == "True")
        let refused = try await tool.cosa("meta", "--set", "mine=1")
        #expect(refused.status == 1)
        #expect(refused.lastErrorLine.hasSuffix("meta.json would break its schema: key \"mine\" is not allowed"))
        #expect(try await tool.cosa("meta", "--get-value", "mine").text == "None")
        try tool.temporary.write(#"{"images": {"qemu": {"path": "q", "sha256": "y"}}}"#, to: "work/fragment.json")
        #expect(try await tool.cosa("meta", "--artifact-json", "fragment.json").status == 0)
        #expect(try await tool.cosa("meta", "--get-value", "images.qemu.path").text == "q")
        #expect(try await tool.cosa("meta", "--get-value", "images.ostree.path").text == "a.ociarchive")
    }

    @Test("list shows the build and its tags, as text and as JSON")
    func list() async throws {
        let tool = try Tool()
        try await tool.makeBuild()
        #expect(try await tool.cosa("tag", "update", "--tag", "good").text == "good -> 1.0")
        #expect(try await tool.cosa("list").text == "1.0 (x86_64)\n   Artifacts: ostree\n   Tags: good")
        let json = try await tool.cosa("list", "--json").text
        #expect(json.contains(#""id" : "1.0""#))
        #expect(try await tool.cosa("tag", "delete", "--tag", "good").status == 0)
        #expect(try await tool.cosa("tag").text == "No tags found.")
    }

    @Test("prune says what it would do, then does it; clean empties builds")
    func pruneAndClean() async throws {
        let tool = try Tool()
        try await tool.makeBuild()
        #expect(try await tool.cosa("prune").text == "Nothing to prune.")
        #expect(try await tool.cosa("prune", "--build", "1.0", "--dry-run").text == "Would prune 1.0 (x86_64)")
        #expect(try await tool.cosa("meta", "--get-value", "buildid").text == "1.0")
        #expect(try await tool.cosa("prune", "--build", "1.0").text == "Pruned 1.0 (x86_64)")
        #expect(FileContent.names(in: tool.work.appending("builds")) == ["builds.json"])
        #expect(try await tool.cosa("clean").status == 0)
        #expect(FileContent.names(in: tool.work.appending("builds")) == [])
    }

    @Test("shell runs a command with its own status")
    func shell() async throws {
        let output = try await Tool().cosa("shell", "sh", "-c", "echo $0 --help; exit 5", "name")
        #expect(output.status == 5)
        #expect(output.text == "name --help")
    }

    @Test("the doctor's report is JSON where it is asked for")
    func doctor() async throws {
        let output = try await Tool().cosa("doctor", "--json")
        #expect(output.text.contains(#""name" : "kvm""#))
        #expect(output.text.contains(#""name" : "qemu-img""#))
        #expect([0, 1].contains(output.status))
    }
}
