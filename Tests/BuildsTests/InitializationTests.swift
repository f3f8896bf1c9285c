import HostSystem
import SystemPackage
import TestSupport
import Testing

@testable import Builds

@Suite("Making a working directory")
struct InitializationTests {
    let temporary: TemporaryDirectory
    let root: FilePath
    let config: FilePath

    init() throws {
        temporary = try TemporaryDirectory()
        root = temporary.appending("work")
        config = temporary.appending("config")
        try FileContent.createDirectory(root)
        for name in ["manifest.yaml", "image.yaml", "manifest-rt.yaml", "image-rt.yaml"] {
            try temporary.write("x: 1\n", to: "config/\(name)")
        }
    }

    private func git(_ arguments: [String]) async throws -> String {
        let identity = ["-c", "user.name=n", "-c", "user.email=e", "-c", "init.defaultBranch=main"]
        return try await Command("git", identity + arguments, workingDirectory: config).run().text
    }

    @Test("a path is linked")
    func path() async throws {
        let directory = try await Initialization(configuration: config.string).run(in: root)
        #expect(FileContent.linkTarget(directory.config) == config.string)
        #expect(FileContent.names(in: root) == ["builds", "cache", "overrides", "src", "tmp"])
        #expect(FileContent.names(in: root.appending("overrides")) == ["rootfs", "rpm"])
        #expect(try WorkingDirectory.open(root) == directory)
    }

    @Test("a URL is cloned, shallow, at the branch and commit asked for")
    func url() async throws {
        _ = try await git(["init", "-q"])
        _ = try await git(["add", "."])
        _ = try await git(["commit", "-qm", "one"])
        let first = try await git(["rev-parse", "HEAD"])
        _ = try await git(["checkout", "-qb", "next"])
        _ = try await git(["commit", "-q", "--allow-empty", "-m", "two"])
        let second = try await git(["rev-parse", "HEAD"])

        var request = Initialization(configuration: "file://\(config)")
        request.branch = "next"
        let directory = try await request.run(in: root)
        let cloned = ["-C", directory.config.string]
        #expect(try await git(cloned + ["rev-parse", "HEAD"]) == second)
        #expect(try await git(cloned + ["rev-list", "--count", "HEAD"]) == "1")

        request.commit = first
        let other = temporary.appending("other")
        try FileContent.createDirectory(other)
        let old = try await request.run(in: other)
        #expect(try await git(["-C", old.config.string, "rev-parse", "HEAD"]) == first)
    }

    @Test("a variant is written down and chooses the files")
    func variant() async throws {
        var request = Initialization(configuration: config.string)
        request.variant = "rt"
        let directory = try await request.run(in: root)
        #expect(try directory.variant() == "rt")
        #expect(try directory.configFile("manifest") == directory.config.appending("manifest-rt.yaml"))
        #expect(
            String(decoding: try FileContent.read(directory.configJSON), as: UTF8.self)
                == "{\n    \"coreos-assembler.config-variant\": \"rt\"\n}")
    }

    @Test("a configuration inside a checkout brings the checkout's overrides")
    func checkoutOverrides() async throws {
        try temporary.write("x: 1\n", to: "checkout/manifests/os/manifest.yaml")
        try temporary.write("x: 1\n", to: "checkout/manifests/os/image.yaml")
        try FileContent.createDirectory(temporary.appending("checkout/overrides/rpm"))
        try FileContent.createDirectory(temporary.appending("checkout/overrides/rootfs"))
        _ = try await Initialization(configuration: temporary.appending("checkout/manifests/os").string).run(in: root)
        #expect(FileContent.linkTarget(root.appending("overrides")) == temporary.appending("checkout/overrides").string)
    }

    @Test("refuses a directory with something in it, unless forced")
    func notEmpty() async throws {
        try temporary.write("", to: "work/notes")
        var request = Initialization(configuration: config.string)
        await #expect(throws: BuildsError("\(root) is not empty (notes); use an empty directory, or --force")) {
            try await request.run(in: root)
        }
        request.force = true
        request.transient = true
        let directory = try await request.run(in: root)
        #expect(FileContent.exists(directory.transientMarker))
    }

    @Test("a configuration without the files of a variant is refused, and nothing is left")
    func missingFiles() async throws {
        var request = Initialization(configuration: config.string)
        request.variant = "none"
        await #expect(
            throws: BuildsError("the configuration \(config) has no manifest-none.yaml; its variants (-V) are: rt")
        ) { try await request.run(in: root) }
        #expect(FileContent.names(in: root) == [])
    }

    @Test("a URL that cannot be cloned leaves nothing, and git's reason is in the error")
    func unreachable() async throws {
        let url = "file://\(temporary.path)/none"
        await #expect {
            try await Initialization(configuration: url).run(in: root)
        } throws: {
            "\($0)" == "cannot clone \(url): '\(temporary.path)/none' does not appear to be a git repository"
        }
        #expect(FileContent.names(in: root) == [])
    }

    @Test("a directory that is none is told from one by what is missing")
    func notAWorkingDirectory() {
        #expect(
            throws: BuildsError(
                "\(root) is not a working directory: src/config is missing; run `cosa init CONFIG` in an empty one")
        ) { try WorkingDirectory.open(root) }
    }
}
