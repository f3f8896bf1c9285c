import Builds
import Foundation
import HostSystem
import SystemPackage
import TestSupport

/// A working directory with a build, and a repository `extra` of packages for a node image.
struct NodeWorkspace {
    let workspace: Workspace
    let extra: RepositoryFixture

    /// A package of the base that scripts of a node change, and whose trigger runs for the node's files.
    static let held = RPMFixture(
        "held",
        files: [
            .init("/usr/share/held/data", .regular("of the base\n")), .init("/usr/share/held/gone", .regular("x\n")),
            .init("/usr/bin/guard", .regular("#!/bin/sh\n"), mode: 0o4755),
            .init("/etc/held.conf", .regular("a = 1\n")),
            .init("/var/lib/held", .directory, mode: 0o750),
        ],
        scriptlets: ["transfiletriggerin -- /usr/share/plug": "cat >/usr/share/held/plugs"])

    /// A package for the node that uses and changes files of the base.
    static let plug = RPMFixture(
        "plug", preamble: ["Requires: held = 1.0", "Recommends: nice"],
        files: [
            .init("/usr/share/plug/one", .regular("one\n")), .init("/etc/plug.conf", .regular("b = 2\n"), mode: 0o600),
            .init("/var/lib/plug", .directory, mode: 0o700),
        ],
        scriptlets: [
            "post": """
            cat /usr/share/held/data >/usr/share/plug/copy
            rm /usr/share/held/gone
            echo 'a = 3' >/etc/held.conf
            echo true >>/usr/bin/guard
            touch /var/cache/left /var/lib/held/left /tmp/left /run/left
            mkdir -p /var/log/plug
            exit 0
            """
        ])

    static let nice = RPMFixture("nice")

    /// Builds the base and writes a treefile for the node.
    ///
    /// - Parameters:
    ///   - packages: further packages of the base.
    ///   - extras: further packages of the repository `extra`.
    ///   - treefile: the text of the node's treefile.
    init(packages: [RPMFixture] = [], extras: [RPMFixture] = [], treefile: String = Self.treefile()) async throws {
        workspace = try await Workspace(
            packages: [Self.held] + packages,
            manifest: TinyOS.manifest(packages: ["held"] + packages.map(\.name), extra: ["rpmdb: sqlite"]))
        extra = try await RepositoryFixture(
            "extra", at: workspace.root.appending("extra"), packages: [Self.plug, Self.nice] + extras)
        try workspace.write(extra.section(), to: "node/extra.repo")
        try workspace.write(treefile, to: "node/manifest.yaml")
        try await workspace.cosa("build").succeeded()
    }

    static func treefile(packages: [String] = ["plug"], extra: [String] = []) -> String {
        (["repos: [extra]", "recommends: false", "packages: [\(packages.joined(separator: ", "))]"] + extra)
            .joined(separator: "\n") + "\n"
    }

    /// Runs `cosa buildextend-node`.
    func node(_ arguments: String..., environment: [String: String?] = [:]) async throws -> Workspace.Run {
        try await workspace.cosa(["buildextend-node"] + arguments, environment: environment)
    }

    /// The newest build's image, unpacked.
    func image(_ key: String) async throws -> ImageFixture {
        let folder = workspace.work.appending("builds/latest/x86_64")
        let metadata = try JSONFile.read(folder.appending("meta.json"))
        let name = metadata["images"]?.object?[key]?.object?["path"]?.string ?? "no \(key)"
        return try await ImageFixture(folder.appending(name), in: workspace.root.appending("unpacked-\(key)"))
    }
}

/// An OCI archive, unpacked.
struct ImageFixture {
    let archive: FilePath
    private let folder: FilePath
    /// The digests of the layers, the lowest first.
    let layers: [String]
    /// The image's configuration.
    let configuration: JSONObject

    init(_ archive: FilePath, in folder: FilePath) async throws {
        self.archive = archive
        self.folder = folder
        try? FileContent.remove(folder)
        try FileContent.createDirectory(folder)
        try await Command("tar", ["-xf", archive.string, "-C", folder.string]).run()
        func blob(_ value: JSONValue?) throws -> JSONObject {
            try JSONFile.read(Self.path(value?.object?["digest"]?.string ?? "", in: folder))
        }
        let manifest = try blob(JSONFile.read(folder.appending("index.json"))["manifests"]?.array?.first)
        layers = manifest["layers"]?.array?.compactMap { $0.object?["digest"]?.string } ?? []
        configuration = try blob(manifest["config"])
    }

    private static func path(_ digest: String, in folder: FilePath) -> FilePath {
        folder.appending("blobs/sha256/\(digest.dropFirst("sha256:".count))")
    }

    /// The labels.
    var labels: [String: String] {
        (configuration["config"]?.object?["Labels"]?.object?.members ?? []).reduce(into: [:]) {
            $0[$1.key] = $1.value.string
        }
    }

    /// The top layer's members in their order: path, and `mode owner time` as tar prints them.
    func members() async throws -> [(path: String, details: String)] {
        let list = try await Command(
            "tar", ["-tvzf", top, "--numeric-owner", "--full-time"], environment: ["TZ": "UTC"]
        ).run().text
        return list.split(separator: "\n").map { line in
            let words = line.split(separator: " ", maxSplits: 5, omittingEmptySubsequences: true)
            return (String(words[5]), "\(words[0]) \(words[1]) \(words[3])T\(words[4])")
        }
    }

    /// The text of a file of the top layer.
    func text(_ path: String) async throws -> String {
        String(decoding: try await Command("tar", ["-xzOf", top, path]).run().standardOutput, as: UTF8.self)
    }

    /// Unpacks the top layer.
    func unpackTop() async throws -> FilePath {
        let target = folder.appending("top")
        try FileContent.createDirectory(target)
        try await Command("tar", ["-xzf", top, "-C", target.string]).run()
        return target
    }

    private var top: String { Self.path(layers.last ?? "", in: folder).string }
}
