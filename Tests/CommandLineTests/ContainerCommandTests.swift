import Foundation
import HostSystem
import SystemPackage
import TestSupport
import Testing

/// `cosa container` on two builds of a small tree with real packages in its database.
@Suite("cosa container") struct ContainerCommandTests {
    let tool: Tool

    struct Encapsulated: Decodable {
        struct Layer: Decodable {
            let digest: String
            let components: [String]
            let isReused: Bool
        }
        let path: String
        let digest: String
        let size: Int64
        let layers: [Layer]
    }

    struct Plan: Decodable {
        struct Layer: Decodable {
            let digest: String
            let size: Int64
            let components: [String]
            let fetch: Bool
        }
        let build: String
        let against: String?
        let layers: [Layer]
        let size: Int64
        let fetched: Int64

        enum CodingKeys: String, CodingKey {
            case build, against, layers, size
            case fetched = "fetch-size"
        }
    }

    init() async throws {
        tool = try Tool()
        _ = try await tool.cosa("init", tool.temporary.appending("config").string)
        let repository = tool.work.appending("tmp/repo")
        try await Command("ostree", ["init", "--repo=\(repository)", "--mode=bare-user"]).run()
        try tool.temporary.write(
            """
            {"schema-version": "1.0.0", "builds": [{"id": "2", "arches": ["x86_64"]}, {"id": "1", "arches": ["x86_64"]}]}
            """, to: "work/builds/builds.json")
        try await makeBuild("1", tool: "first")
        try await makeBuild("2", tool: "second")
    }

    /// A build with two packages in its commit, and its image's manifest.
    private func makeBuild(_ id: String, tool content: String) async throws {
        let packages = [
            RPMFixture("tool", version: id, files: [.init("/usr/bin/tool", .regular(content))]),
            RPMFixture("data", files: [.init("/usr/share/data", .regular("data")), .init("/etc/data", .ghost)]),
        ]
        let tree = tool.temporary.appending("tree-\(id)")
        let database = tree.appending("usr/share/rpm")
        try FileContent.createDirectory(database)
        for package in packages {
            let rpm = try await package.build(in: tool.temporary.appending("rpms-\(id)"))
            try await Command(
                "rpm",
                [
                    "-i", "--justdb", "--nodeps", "--nosignature", "--define", "_db_backend sqlite", "--dbpath",
                    database.string, rpm.string,
                ]
            ).run()
        }
        try await Command("rm", ["-f", "\(database)/.rpm.lock"]).run()
        try tool.temporary.write(content, to: "tree-\(id)/usr/bin/tool")
        try tool.temporary.write("data", to: "tree-\(id)/usr/share/data")
        try tool.temporary.write("ghost", to: "tree-\(id)/usr/etc/data")
        try tool.temporary.write("{}", to: "tree-\(id)/usr/share/coreos-assembler/image.json")
        let commit = try await Command(
            "ostree",
            [
                "commit", "--repo=\(tool.work)/tmp/repo", "--branch=builds/\(id)/x86_64", "--subject=", "--orphan",
                "--tree=dir=\(tree)", "--owner-uid=0", "--owner-gid=0", "--no-xattrs", "--timestamp=@1700000000",
                "--add-metadata-string=version=\(id)", "--add-metadata-string=house.key=value",
            ]
        ).run().text
        func write(_ images: String) throws {
            try tool.temporary.write(
                """
                {"buildid": "\(id)", "name": "demo", "ostree-commit": "\(commit)", "ostree-version": "\(id)",
                 "ostree-timestamp": "2023-11-14T22:13:20Z", "images": {\(images)},
                 "coreos-assembler.oci-imported-labels": {"com.coreos.osname": "demo", "ostree.commit": "x"}}
                """, to: "work/builds/\(id)/x86_64/meta.json")
        }
        try write("")
        let image = try await encapsulate("--build", id)
        try await Command(
            "skopeo", ["copy", "--quiet", "oci-archive:\(image.path)", "dir:\(tool.temporary.appending("copy-\(id)"))"]
        ).run()
        try await Command(
            "cp", ["copy-\(id)/manifest.json", "work/builds/\(id)/x86_64/"], workingDirectory: tool.temporary.path
        ).run()
        try write("\"oci-manifest\": {\"path\": \"manifest.json\", \"sha256\": \"\(image.digest.dropFirst(7))\"}")
    }

    private func encapsulate(_ arguments: String...) async throws -> Encapsulated {
        let output = try await tool.cosa(["container", "encapsulate", "--json"] + arguments)
        #expect(output.status == 0, "\(output.standardError)")
        return try JSONDecoder().decode(Encapsulated.self, from: Data(output.standardOutput))
    }

    private func plan(_ arguments: String...) async throws -> Plan {
        let output = try await tool.cosa(["container", "plan", "--json"] + arguments)
        #expect(output.status == 0, "\(output.standardError)")
        return try JSONDecoder().decode(Plan.self, from: Data(output.standardOutput))
    }

    @Test("the commit's own database says what is in which layer, and a repository elsewhere gives the same layers")
    func components() async throws {
        let image = try await encapsulate("--build", "1")
        #expect(
            Set(image.layers.flatMap(\.components)) == ["data", "tool", "rpmdb", "rpmostree-unpackaged-content"])
        let again = try await encapsulate("--build", "1")
        #expect(again.digest == image.digest)
        #expect(again.layers.dropFirst().allSatisfy { $0.isReused })

        let elsewhere = tool.temporary.appending("elsewhere.ociarchive").string
        let other = try await encapsulate(
            "--repo", "tmp/repo", "--ref", "builds/1/x86_64", "--output", elsewhere, "--label",
            "com.coreos.osname=demo")
        #expect(other.digest == image.digest)
        let digests = try [elsewhere, image.path].map { try Digest.ofFile(FilePath($0)) }
        #expect(digests[0] == digests[1])
        let left = FileContent.names(in: tool.temporary.path).filter { $0.hasPrefix(".cosa-container") }
        #expect(left.isEmpty)
    }

    @Test("options go into the image")
    func options() async throws {
        try tool.temporary.write(
            #"{"Entrypoint": ["/init"], "Env": ["A=b"], "StopSignal": "SIGRTMIN+3", "Labels": {"base": "yes"}}"#,
            to: "work/config.json")
        let image = try await encapsulate(
            "--label", "a.b=c=d", "--copymeta", "house.key", "--copymeta-opt", "none", "--cmd", "-x", "--cmd", "y",
            "--image-config", "config.json", "--format", "plain", "--compressor", "zstd", "--max-layers", "5",
            "--compression-level", "1")
        #expect(image.layers.count == 4)
        let inspection = try await Command(
            "skopeo", ["inspect", "--config", "oci-archive:\(image.path)"]
        ).run().text
        struct Configuration: Decodable {
            struct Config: Decodable, Equatable {
                let Entrypoint: [String]
                let Cmd: [String]
                let Env: [String]
                let StopSignal: String
                let Labels: [String: String]
            }
            let config: Config
        }
        let configuration = try JSONDecoder().decode(Configuration.self, from: Data(inspection.utf8))
        #expect(
            configuration.config
                == .init(
                    Entrypoint: ["/init"], Cmd: ["-x", "y"], Env: ["A=b"], StopSignal: "SIGRTMIN+3",
                    Labels: [
                        "a.b": "c=d", "base": "yes", "house.key": "value", "com.coreos.osname": "demo",
                        "org.opencontainers.image.version": "2",
                    ]))
    }

    @Test("the plan shows what a client has to fetch")
    func planning() async throws {
        let plan = try await plan("--against", "1")
        #expect(plan.build == "2")
        #expect(plan.against == "1")
        let fetched = plan.layers.filter(\.fetch)
        #expect(Set(fetched.dropFirst().flatMap(\.components)) == ["tool", "rpmdb"])
        #expect(fetched.first?.components == [])
        #expect(plan.fetched == fetched.reduce(0) { $0 + $1.size })
        #expect(plan.size == plan.layers.reduce(0) { $0 + $1.size })
        #expect(try await self.plan("--against", "2").fetched == 0)
        #expect(try await self.plan().fetched == plan.size)
        // Layers that would be made otherwise are made, and a client has none of them.
        let other = try await self.plan("--against", "2", "--compressor", "zstd")
        #expect(other.layers.count == plan.layers.count)
        #expect(other.fetched == other.size)
        #expect(!FileContent.exists(tool.work.appending("tmp/container-plan")))

        let text = try await tool.cosa("container", "plan", "--against", "1").text
        let last = try #require(text.split(separator: "\n").last)
        #expect(last.contains("layers, 0."))
        #expect(last.contains("; a client that has 1 fetches 3 of them, 0."))
    }

    @Test(
        "what cannot be done says why",
        arguments: [
            (["--copymeta", "no.such"], "Could not find commit metadata key: no.such"),
            (["--format", "3"], "unknown format '3'; use one of 1, 2, plain"),
            (["--compressor", "xz"], "unknown compressor 'xz'; use one of gzip, zstd"),
            (["--compression-level", "11"], "gzip has no level 11; it has 1 (fast) to 9 (small)"),
            (
                ["--max-layers", "4"],
                "an image of 4 layers is too small: the commit, the initramfs, the package database, unpackaged files, "
                    + "packages and named components need 5 at least"
            ),
            (
                ["--image-config", "none.json"],
                "cannot read the image configuration WORK/none.json: No such file or directory"
            ),
            (
                ["--image-config", "unknown.json"],
                "cannot use the image configuration WORK/unknown.json: unknown key 'Entrypint'; known are User, "
                    + "ExposedPorts, Env, Entrypoint, Cmd, Volumes, WorkingDir, Labels, StopSignal"
            ),
            (
                ["--image-config", "type.json"],
                "cannot use the image configuration WORK/type.json: key 'Env' must be a list of texts"
            ),
            (
                ["--image-config", "list.json"],
                "cannot use the image configuration WORK/list.json: it is no JSON object"
            ),
            (["--build", "3"], "there is no build 3; the newest are: 2, 1"),
            (
                ["--repo", "tmp/repo", "--ref", "none", "--output", "x"],
                "there is no commit none in WORK/tmp/repo; `ostree refs --repo=WORK/tmp/repo` lists what there is"
            ),
        ])
    func failures(arguments: [String], message: String) async throws {
        try tool.temporary.write(#"{"Entrypint": []}"#, to: "work/unknown.json")
        try tool.temporary.write(#"{"Env": "A=b"}"#, to: "work/type.json")
        try tool.temporary.write("[]", to: "work/list.json")
        let output = try await tool.cosa(["container", "encapsulate", "--output", "never"] + arguments)
        #expect(output.status == 1)
        #expect(output.lastErrorLine == "error: " + message.replacing("WORK", with: tool.work.string))
        #expect(!FileContent.exists(tool.work.appending("never")))
    }

    @Test(
        "wrong usage is told",
        arguments: [
            (["--label", "x"], "--label x: give KEY=VALUE"), (["--repo", "x"], "--repo and --ref belong together"),
            (["--repo", "x", "--ref", "y"], "--repo needs --output"),
            (["--repo", "x", "--ref", "y", "--output", "z", "--build", "1"], "give --build or --repo"),
        ])
    func usage(arguments: [String], message: String) async throws {
        let output = try await tool.cosa(["container", "encapsulate"] + arguments)
        #expect(output.status == 64)
        #expect(output.lastErrorLine == "error: " + message)
    }

    @Test("a commit that is gone, and one without packages, are named")
    func unusableCommits() async throws {
        let repository = tool.work.appending("tmp/repo")
        try tool.temporary.write("x", to: "bare/usr/x")
        try await Command(
            "ostree",
            [
                "commit", "--repo=\(repository)", "--branch=bare", "--subject=",
                "--tree=dir=\(tool.temporary.appending("bare"))",
            ]
        ).run()
        let bare = try await tool.cosa(
            "container", "encapsulate", "--repo", "tmp/repo", "--ref", "bare", "--output", "x")
        #expect(
            bare.lastErrorLine.hasSuffix(
                " has no package database (/usr/share/rpm/rpmdb.sqlite or /usr/lib/sysimage/rpm/rpmdb.sqlite), by which "
                    + "its files are put into layers"))
        try await Command("ostree", ["refs", "--repo=\(repository)", "--delete", "builds/1/x86_64"]).run()
        try await Command("ostree", ["prune", "--repo=\(repository)", "--refs-only"]).run()
        let gone = try await tool.cosa("container", "encapsulate", "--build", "1")
        #expect(gone.status == 1)
        #expect(gone.lastErrorLine.contains(" of build 1 is not in \(repository) any more; import its archive"))
    }
}
