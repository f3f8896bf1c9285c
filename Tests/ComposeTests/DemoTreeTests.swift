import Foundation
import HostSystem
import Packages
import RPM
import SystemPackage
import TestSupport
import Testing
import Treefile

@testable import Compose

/// Composes packages of the demo repository, the directory that `COSA_DEMO_REPOSITORY` names, with dnf as the judge.
@Suite("Demo tree", .serialized, .enabled(if: DemoRepository.path != nil))
struct DemoTreeTests {
    /// The default OS itself.
    private static var manifest: FlattenedManifest {
        get throws {
            let root = FilePath(#filePath).removingLastComponent().removingLastComponent().removingLastComponent()
            return try FlattenedManifest.load(root.appending("manifests/demo/manifest.yaml"), basearch: "x86_64")
        }
    }

    @Test("The tree is what dnf installs, and composing it twice gives the same commit, initramfs included")
    func matchesDNF() async throws {
        let repository = try #require(DemoRepository.path)
        let fixture = try ComposeFixture()
        let root = fixture.directory.appending("root")
        let manifest = try Self.manifest
        let packages = try await DemoRepository.install(
            manifest.manifest.packages, from: repository, at: root, scratch: fixture.directory)
        let composer = Composer()
        let commit = try await composer.compose(fixture.request(packages, manifest: manifest))
        #expect(commit.kernelVersion != nil)
        let tree = fixture.directory.appending("tree")
        try await Command(
            "ostree", ["--repo=\(fixture.target)", "checkout", commit.checksum, tree.string]
        ).run()
        let removals = try manifest.manifest.removeFromPackages.flatMap(\.patterns).map { try Regex($0) }
        let differences = try DemoRepository.differences(dnf: root, commit: tree).filter { difference in
            !difference.hasSuffix("compose nothing") || !removals.contains { "/\(difference)".contains($0) }
        }
        #expect(differences.isEmpty, "\(differences.joined(separator: "\n"))")

        let other = try ComposeFixture()
        let second = try await composer.compose(other.request(packages, manifest: manifest))
        #expect(second.checksum == commit.checksum)
        let later = try await composer.compose(other.request(packages, manifest: manifest, version: "12.2"))
        #expect(later.statistics.initramfsCached == true && later.statistics.packagesImported == 0)
        try await Command("ostree", ["--repo=\(other.target)", "fsck", "--quiet"]).run()
    }
}

enum DemoRepository {
    static var path: FilePath? { ProcessInfo.processInfo.environment["COSA_DEMO_REPOSITORY"].map { FilePath($0) } }

    /// Installs packages with dnf and returns those that it chose.
    static func install(
        _ specs: [String], from repository: FilePath, at root: FilePath, scratch: TemporaryDirectory
    ) async throws -> [DownloadedPackage] {
        try scratch.write("[demo]\nname=demo\nbaseurl=file://\(repository)\ngpgcheck=0\n", to: "etc/demo.repo")
        var options = [
            "--quiet", "--assumeyes", "--installroot=\(root)", "--releasever=12", "--disableplugin=*",
            "--setopt=reposdir=\(scratch.appending("etc"))", "--setopt=cachedir=\(scratch.appending("cache"))",
            "--setopt=install_weak_deps=0", "--setopt=tsflags=nodocs",
        ]
        options.append("install")
        try await Command("dnf", options + specs).run()
        let installed = try await Command(
            "rpm", ["--root", root.string, "-qa", "--qf", "%{nevra}\n"]
        ).run().text.split(separator: "\n").map(String.init)
        let available = try packages(of: repository)
        return installed.compactMap { available[$0] }
    }

    private static func packages(of repository: FilePath) throws -> [String: DownloadedPackage] {
        let directory = repository.appending("rpms")
        var result: [String: DownloadedPackage] = [:]
        for name in try sortedNames(directory) where name.hasSuffix(".rpm") {
            let path = directory.appending(name)
            let header = try PackageArchive(path).header
            result[header.nevra] = DownloadedPackage(
                package: ResolvedPackage(
                    name: header.name, epoch: header.epoch, version: header.version, release: header.release,
                    arch: header.arch, repository: "demo", checksum: "sha256:\(try Digest.ofFile(path))",
                    size: try FileStatus.of(path)?.size ?? 0, location: name, sourceRPM: header.sourceRPM,
                    buildTime: header.buildTime, reason: .requested),
                path: path)
        }
        return result
    }

    /// Where the two trees differ, apart from what a compose is meant to do otherwise.
    static func differences(dnf: FilePath, commit: FilePath) throws -> [String] {
        let expected = try TreeListing(dnf) { path, status in
            guard case .tree(let place) = PathTranslation.of(path, isSymlink: status.isSymlink) else { return nil }
            return isMeant(place) ? nil : place
        }
        let composed = try TreeListing(commit) { path, _ in
            let place = String(path.dropFirst())
            return place.hasPrefix("usr/") && !isMeant(place) ? place : nil
        }
        return Set(expected.entries.keys).union(composed.entries.keys).sorted().compactMap { path in
            let one = expected.entries[path]
            let other = composed.entries[path]
            return one == other ? nil : "\(path): dnf \(one ?? "nothing"), compose \(other ?? "nothing")"
        }
    }

    /// What only a compose writes, and what changes with each run of the scripts.
    private static func isMeant(_ path: String) -> Bool {
        let exact: Set = [
            "usr/lib/os-release", "usr/lib/systemd/system/default.target", "usr/lib/tmpfiles.d/rpm-ostree-autovar.conf",
            "usr/lib/sysimage", "usr/lib/rpm/macros.d/macros.rpm-ostree", "usr/local", "usr/lib/opt", "usr",
            // The day on which systemd-sysusers ran; and its lock.
            "usr/etc/shadow", "usr/etc/.pwd.lock", "usr/etc/machine-id",
        ]
        let below = [
            "usr/share/rpm", "usr/share/rpm-ostree", "usr/lib/sysimage/rpm", "usr/lib/sysimage/rpm-ostree-base-db",
            "usr/share/factory/var", "usr/local", "usr/etc/dnf",
        ]
        return exact.contains(path) || below.contains { path == $0 || path.hasPrefix($0 + "/") }
            || path.hasSuffix("/initramfs.img")
    }
}
