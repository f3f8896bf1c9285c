import Foundation
import HostSystem
import OSTree
import Packages
import SystemPackage
import TestSupport
import Treefile

@testable import Compose

/// A working directory in which fixture packages are composed.
final class ComposeFixture: Sendable {
    let directory: TemporaryDirectory

    init() throws { directory = try TemporaryDirectory() }

    /// Where packages are imported; a fresh one gives the same commits.
    var cache: FilePath { directory.appending("pkgcache-repo") }
    /// Where commits go.
    var target: FilePath { directory.appending("repo") }

    /// Builds packages and describes them as if they had been downloaded.
    func build(_ packages: [RPMFixture]) async throws -> [DownloadedPackage] {
        var result: [DownloadedPackage] = []
        for package in packages {
            let path = try await package.build(in: directory.appending("rpms"))
            result.append(try Self.downloaded(path, package))
        }
        return result
    }

    static func downloaded(_ path: FilePath, _ package: RPMFixture) throws -> DownloadedPackage {
        DownloadedPackage(
            package: ResolvedPackage(
                name: package.name, epoch: package.epoch, version: package.version, release: package.release,
                arch: package.arch, repository: "test", checksum: "sha256:\(try Digest.ofFile(path))", size: 0,
                location: package.fileName, sourceRPM: nil, buildTime: package.buildTime, reason: .requested),
            path: path)
    }

    /// A request with a flattened treefile.
    func request(
        _ packages: [DownloadedPackage], manifest: FlattenedManifest, layers: [OverlayLayer] = [],
        version: String = "1.0", timestamp: Int64 = 1_700_000_100, extraFiles: [String: [UInt8]] = [:]
    ) -> ComposeRequest {
        ComposeRequest(
            manifest: manifest, packages: packages, layers: layers, version: version, timestamp: timestamp,
            basearch: "x86_64", cacheRepository: cache, targetRepository: target,
            workDirectory: directory.appending("work"), initramfsCache: directory.appending("initramfs"),
            extraFiles: extraFiles, inputHash: "hash")
    }

    /// A request with a treefile of the given further lines.
    func request(
        _ packages: [DownloadedPackage], treefile: String = "", layers: [OverlayLayer] = [], version: String = "1.0",
        timestamp: Int64 = 1_700_000_100, extraFiles: [String: [UInt8]] = [:]
    ) throws -> ComposeRequest {
        let kernel = treefile.contains("container:") ? "" : "container: true\n"
        let labels = treefile.contains("selinux:") ? "" : "selinux: false\n"
        let text = "ref: test/x86_64\nrepos: [test]\n" + kernel + labels + treefile
        let file = try directory.write(text, to: "config/manifest.yaml")
        return request(
            packages, manifest: try FlattenedManifest.load(file, basearch: "x86_64"), layers: layers,
            version: version, timestamp: timestamp, extraFiles: extraFiles)
    }

    /// Composes and returns the commit.
    func compose(
        _ packages: [DownloadedPackage], treefile: String = "", layers: [OverlayLayer] = [], version: String = "1.0",
        timestamp: Int64 = 1_700_000_100, extraFiles: [String: [UInt8]] = [:]
    ) async throws -> ComposedCommit {
        try await Composer().compose(
            request(
                packages, treefile: treefile, layers: layers, version: version, timestamp: timestamp,
                extraFiles: extraFiles))
    }

    /// What `ostree ls` says about a commit: lines `mode uid gid size path`, `-> target` for links.
    func list(_ commit: String) async throws -> [String: String] {
        let output = try await Command("ostree", ["--repo=\(target)", "ls", "-R", commit]).run().text
        var result: [String: String] = [:]
        for line in output.split(separator: "\n") {
            guard let slash = line.firstIndex(of: "/") else { continue }
            let words = line[..<slash].split(separator: " ")
            let path = line[slash...].split(separator: " -> ", maxSplits: 1)
            result[String(path[0])] = "\(words[0]) \(words[1]) \(words[2])" + (path.count > 1 ? " -> \(path[1])" : "")
        }
        return result
    }

    /// The refs of the target repository.
    func refs() async throws -> [String: String] { try Repository.create(target, mode: .bareUser).refs() }

    /// The text of a file of a commit.
    func text(_ path: String, of commit: String) async throws -> String {
        let output = try await Command("ostree", ["--repo=\(target)", "cat", commit, path]).run()
        return String(decoding: output.standardOutput, as: UTF8.self)
    }

    /// A package with busybox as the shell and the usual tools, from the host.
    static func shell() async throws -> RPMFixture {
        var files = [RPMFixture.File("/usr/bin/busybox", .binary(try bytes("/usr/bin/busybox")), mode: 0o755)]
        let libraries = try await Command("ldd", ["/usr/bin/busybox"]).capture()
        for word in libraries.text.split(whereSeparator: \.isWhitespace) where word.hasPrefix("/") {
            let path = word.hasPrefix("/usr") ? String(word) : "/usr\(word)"
            files.append(.init(path, .binary(try bytes(String(word))), mode: 0o755))
        }
        let tools = [
            "sh", "cat", "chmod", "chown", "cp", "echo", "ln", "ls", "mkdir", "mkfifo", "mv", "rm", "sed", "sleep",
            "touch", "test", "true", "false", "find", "sort",
        ]
        files += tools.map { .init("/usr/bin/\($0)", .symlink("busybox")) }
        files.append(
            .init("/etc/passwd", .regular("root:x:0:0:root:/root:/bin/sh\nweb:x:101:102::/:/bin/sh\n")))
        files.append(.init("/etc/group", .regular("root:x:0:\nweb:x:102:\nshadow:x:42:\n")))
        return RPMFixture("shell", arch: "x86_64", files: files)
    }

    private static func bytes(_ path: String) throws -> [UInt8] {
        Array(try Data(contentsOf: URL(fileURLWithPath: path)))
    }
}
