import Builds
import Foundation
import HostSystem
import SystemPackage
import TestSupport
import Testing

/// `cosa buildextend-node`: the image of a build with one more layer.
@Suite struct NodeTests {
    @Test func aNodeIsTheBaseDigestForDigestAndOneLayerOfWhatChanged() async throws {
        let node = try await NodeWorkspace(
            treefile: NodeWorkspace.treefile(
                extra: [
                    "metadata: {name: tiny-node}",
                    "postprocess: [\"#!/bin/sh\\necho $SOURCE_DATE_EPOCH >/usr/share/when\"]",
                ]))
        try await node.node().succeeded()
        let base = try await node.image("ostree")
        let image = try await node.image("node")
        #expect(image.layers.dropLast() == base.layers[...])

        let members = try await image.members()
        let paths = members.map(\.path)
        let files = paths.filter { !$0.hasSuffix("/") }
        #expect(
            files
                == [
                    "etc/held.conf", "etc/plug.conf", "usr/bin/guard",
                    "usr/lib/tmpfiles.d/rpm-ostree-autovar-node.conf",
                    "usr/share/factory/var/lib/held/left", "usr/share/held/.wh.gone", "usr/share/held/plugs",
                    "usr/share/plug/copy", "usr/share/plug/one",
                    "usr/share/rpm/rpmdb.sqlite", "usr/share/when", "usr/share/openshift/meta.json",
                    "usr/share/openshift/labels.json",
                ].sortedAsWritten(like: files))
        #expect(paths.suffix(2) == ["usr/share/openshift/meta.json", "usr/share/openshift/labels.json"])
        #expect(Set(paths).count == paths.count)
        let details = Dictionary(members) { first, _ in first }
        // The newest package was built then, and so was everything else.
        #expect(details["usr/bin/guard"] == "-rwsr-xr-x 0/0 2023-11-14T22:13:20")
        #expect(details["etc/plug.conf"] == "-rw------- 0/0 2023-11-14T22:13:20")
        #expect(Set(members.map { $0.details.split(separator: " ").last }).count == 1)
        #expect(try await image.text("usr/share/plug/copy") == "of the base\n")
        #expect(try await image.text("usr/share/held/plugs") == "/usr/share/plug/one\n")
        #expect(try await image.text("etc/held.conf") == "a = 3\n")
        #expect(try await image.text("usr/share/when") == "1700000000\n")
        let state = try await image.text("usr/lib/tmpfiles.d/rpm-ostree-autovar-node.conf")
        #expect(
            state.split(separator: "\n").dropFirst() == [
                "C /var/lib/held/left - - - - -", "d /var/lib/plug 0700 root root - -",
                "d /var/log/plug 0755 root root - -",
            ])
    }

    @Test func labelsHistoryAndMetadataSayWhatTheNodeIs() async throws {
        let node = try await NodeWorkspace(treefile: NodeWorkspace.treefile(extra: ["metadata: {name: tiny-node}"]))
        let run = try await node.node("--json").succeeded()
        let base = try await node.image("ostree")
        let image = try await node.image("node")
        for key in ["ostree.commit", "ostree.final-diffid", "ostree.linux"] {
            #expect(image.labels[key] == base.labels[key] && image.labels[key] != nil, "\(key)")
        }
        #expect(image.labels["io.openshift.metalayer"] == "true")
        #expect(image.labels["name"] == "tiny-node")
        #expect(image.labels["org.opencontainers.image.version"] == "1.0.20231114.0")
        let history = image.configuration["history"]?.array ?? []
        #expect(history.count == image.layers.count)
        #expect(history.last?.object?["created_by"]?.string == "plug-1.0-1.noarch")

        let metadata = try await JSONValue(parsing: Array(image.text("usr/share/openshift/meta.json").utf8)).object
        #expect(metadata?["name"]?.string == "tiny-node")
        #expect(metadata?["base"]?.object?["ostree-commit"]?.string == image.labels["ostree.commit"])
        let packages = metadata?["rpmdb.pkglist"]?.array?.map { $0.array?.compactMap(\.string) ?? [] } ?? []
        #expect(
            packages.contains(["plug", "0", "1.0", "1", "noarch"])
                && packages.contains(["held", "0", "1.0", "1", "noarch"]))
        #expect(packages.map { $0[0] } == packages.map { $0[0] }.sorted())
        let labels = try await JSONValue(parsing: Array(image.text("usr/share/openshift/labels.json").utf8)).object
        #expect(labels?["ostree.commit"]?.string == image.labels["ostree.commit"])

        let inspected = try await Command("skopeo", ["inspect", "oci-archive:\(image.archive)"]).run().text
        #expect(inspected.contains("\"io.openshift.metalayer\": \"true\""))
        let outcome = try JSONValue(parsing: Array(run.output.text.utf8)).object
        #expect(outcome?["isNew"] == .bool(true))
        let listed = try await node.workspace.cosa("meta", "--image-path", "node").succeeded().output.text
        #expect(listed == outcome?["path"]?.string)
    }

    @Test func oneDatabaseListsThePackagesOfTheBaseAndTheNode() async throws {
        let node = try await NodeWorkspace()
        try await node.node().succeeded()
        let database = try await node.image("node").unpackTop().appending("usr/share/rpm")
        #expect(FileContent.names(in: database) == ["rpmdb.sqlite"])
        let listed = try await Command("rpm", ["-qa", "--dbpath", database.string]).run().text
        #expect(
            listed.split(separator: "\n").sorted() == [
                "held-1.0-1.noarch", "plug-1.0-1.noarch", "tiny-filesystem-1.0-1.noarch", "tiny-kernel-1.0-1.x86_64",
                "tiny-release-1.0-1.noarch", "tiny-shell-1.0-1.x86_64",
            ])
        let missing = try await Command("rpm", ["-Va", "--nofiles", "--dbpath", database.string]).capture()
        #expect(missing.status == 0, "\(missing.text)")
        let owner = try await Command(
            "rpm", ["-qf", "--dbpath", database.string, "/usr/share/held/data"]
        ).run().text
        #expect(owner == "held-1.0-1.noarch")
    }

    @Test func theSameInputsGiveTheSameBytesInAnotherDirectoryAndNothingIsDoneTwice() async throws {
        let node = try await NodeWorkspace()
        try await node.node().succeeded()
        let first = try await node.image("node")

        let unchanged = try await node.node("--json").succeeded()
        #expect(unchanged.output.text.contains("\"isNew\" : false"))
        let said = try await node.node().succeeded()
        #expect(said.output.text.contains("its inputs are unchanged"))

        let other = node.workspace.root.appending("elsewhere/and deeper")
        try FileContent.createDirectory(other)
        func cosa(_ arguments: [String]) async throws {
            try await Command(Tool.path("cosa"), arguments, workingDirectory: other).run()
        }
        try await cosa(["init", node.workspace.config.string])
        try await cosa(["build"])
        try await cosa(["buildextend-node"])
        let name = first.archive.lastComponent?.string ?? ""
        let copy = other.appending("builds/latest/x86_64").appending(name)
        #expect(try Digest.ofFile(copy) == Digest.ofFile(first.archive))

        let forced = try await node.node("--force", "--json").succeeded()
        #expect(forced.output.text.contains("\"isNew\" : true"))
        #expect(try Digest.ofFile(copy) == Digest.ofFile(first.archive))
    }

    @Test func aChangedInputMakesANewImage() async throws {
        let node = try await NodeWorkspace()
        try await node.node().succeeded()
        func expectNew(_ reason: String, _ arguments: String...) async throws {
            let run = try await node.workspace.cosa(["buildextend-node", "--json"] + arguments).succeeded()
            #expect(run.output.text.contains("\"isNew\" : true"), "\(reason)")
            let again = try await node.workspace.cosa(["buildextend-node", "--json"] + arguments).succeeded()
            #expect(again.output.text.contains("\"isNew\" : false"), "\(reason)")
        }
        try node.workspace.write(NodeWorkspace.treefile(packages: ["plug", "nice"]), to: "node/manifest.yaml")
        try await expectNew("the treefile names another package")
        var newer = NodeWorkspace.nice
        newer.version = "2.0"
        _ = try await newer.build(in: node.extra.path.appending("Packages"))
        try await node.extra.index()
        let unfetched = try await node.node("--json").succeeded()
        #expect(unfetched.output.text.contains("\"isNew\" : false"))
        try await node.node("--fetch").succeeded()
        #expect(try await node.image("node").text("usr/share/openshift/meta.json").contains("[\"nice\",\"0\",\"2.0\""))
    }

    @Test func theSameBaseElsewhereIsTheSameBase() async throws {
        let node = try await NodeWorkspace()
        try await node.node().succeeded()
        let archive = try await node.image("ostree").archive
        let copy = node.workspace.root.appending("base.ociarchive")
        try FileManager.default.copyItem(atPath: archive.string, toPath: copy.string)
        let registry = try ContainerRegistry()
        let reference = "docker://\(registry.host)/os/tiny:1"
        let folder = "oci:\(node.workspace.root.appending("layout")):tiny"
        for target in [reference, folder] {
            try await Command("skopeo", ["copy", "--dest-tls-verify=false", "oci-archive:\(archive)", target]).run()
        }
        for source in [copy.string, "oci-archive:\(copy)", folder, reference] {
            let run = try await node.node("--json", "--tls-verify", "false", "--from", source).succeeded()
            #expect(run.output.text.contains("\"isNew\" : false"), "\(source)")
        }
        let expected = try await Digest.ofFile(node.image("node").archive)
        try await node.node("--force", "--tls-verify", "false", "--from", reference).succeeded()
        #expect(try await Digest.ofFile(node.image("node").archive) == expected)
    }

    @Test func theBaseMayBeAnImageWhoseCommitIsNotHere() async throws {
        let node = try await NodeWorkspace()
        try await node.node().succeeded()
        let archive = try await node.image("ostree").archive
        let expected = try await Digest.ofFile(node.image("node").archive)
        try FileContent.remove(node.workspace.work.appending("tmp/repo"))
        try FileContent.remove(node.workspace.work.appending("cache"))
        try await node.node("--force", "--from", archive.string).succeeded()
        #expect(try await Digest.ofFile(node.image("node").archive) == expected)
    }

    @Test func theBaseMayHaveOrdinaryLayersOnItsCommit() async throws {
        let node = try await NodeWorkspace()
        try await node.node().succeeded()
        let first = try await node.image("node")
        let copy = node.workspace.root.appending("first.ociarchive")
        try FileManager.default.copyItem(atPath: first.archive.string, toPath: copy.string)
        try node.workspace.write(NodeWorkspace.treefile(packages: ["nice"]), to: "node/manifest.yaml")
        try await node.node("--from", "oci-archive:\(copy)").succeeded()
        let second = try await node.image("node")
        #expect(second.layers.dropLast() == first.layers[...])
        let paths = try await second.members().map(\.path).filter { !$0.hasSuffix("/") }
        #expect(
            paths == [
                "usr/share/rpm/rpmdb.sqlite", "usr/share/openshift/meta.json", "usr/share/openshift/labels.json",
            ])
        let metadata = try await second.text("usr/share/openshift/meta.json")
        #expect(metadata.contains("[\"plug\",") && metadata.contains("[\"nice\",") && metadata.contains("[\"held\","))
        let again = try await node.node("--from", "oci-archive:\(copy)", "--json").succeeded()
        #expect(again.output.text.contains("\"isNew\" : false"))
    }

    @Test func newAccountsGoToWhereTheBaseKeepsItsOwn() async throws {
        let node = try await NodeWorkspace(
            packages: [
                RPMFixture("altfiles", files: [.init("/usr/lib64/libnss_altfiles.so.2")]),
                RPMFixture(
                    "accounts", preamble: ["Requires: tiny-shell"],
                    scriptlets: [
                        "post": "echo daemon:x:2:2::/:/bin/false >>/etc/passwd\necho daemon:x:2: >>/etc/group"
                    ]),
            ],
            extras: [
                RPMFixture(
                    "user",
                    files: [.init("/usr/share/user", .regular("x"), owner: "app", group: "daemon")],
                    scriptlets: ["pre": "grep -q daemon /etc/passwd\necho app:x:77:2::/:/bin/false >>/etc/passwd"])
            ], treefile: NodeWorkspace.treefile(packages: ["user"]))
        try await node.node().succeeded()
        let image = try await node.image("node")
        let members = try await image.members()
        #expect(members.first { $0.path == "usr/share/user" }?.details.hasPrefix("-rw-r--r-- 77/2 ") == true)
        #expect(try await image.text("usr/lib/passwd") == "daemon:x:2:2::/:/bin/false\napp:x:77:2::/:/bin/false\n")
        // /etc/passwd is each machine's own: an image that changed it would bring nothing there.
        #expect(!members.contains { $0.path == "etc/passwd" || $0.path == "etc/group" || $0.path == "usr/lib/group" })
    }

    @Test func variablesAndLockfilesApply() async throws {
        let node = try await NodeWorkspace(
            extras: [RPMFixture("nice", version: "3.0")],
            treefile: """
                repos: [extra]
                recommends: true
                packages: [plug]
                conditional-include:
                  - if: osversion == "tiny-1"
                    include: {postprocess: ["#!/bin/sh\\necho yes >/usr/share/known"]}
                  - if: color == "green"
                    include: {postprocess: ["#!/bin/sh\\necho yes >/usr/share/green"]}
                """)
        try node.workspace.write(
            #"{"packages": {"nice": {"evra": "1.0-1.noarch"}}}"#, to: "node/manifest-lock.x86_64.json")
        try await node.node("--var", "color=green").succeeded()
        let image = try await node.image("node")
        #expect(try await image.text("usr/share/known") == "yes\n")
        #expect(try await image.text("usr/share/green") == "yes\n")
        #expect(try await image.text("usr/share/openshift/meta.json").contains("[\"nice\",\"0\",\"1.0\""))
    }
}

extension [String] {
    /// The expected paths in the order of a tree in which `etc` is below `usr`, with the metadata last, as `others` has
    /// them; a path that `others` lacks comes first.
    fileprivate func sortedAsWritten(like others: [String]) -> [String] {
        sorted { (others.firstIndex(of: $0) ?? -1) < (others.firstIndex(of: $1) ?? -1) }
    }
}
