import Foundation
import HostSystem
import Packages
import RPM
import SystemPackage
import TestSupport
import Testing

@testable import Compose

/// Composes the packages of the demo repository, which `COSA_DEMO_REPO` names.
@Suite("Demo tree", .enabled(if: ProcessInfo.processInfo.environment["COSA_DEMO_REPO"] != nil))
struct DemoTreeTests {
    static func packages() throws -> [DownloadedPackage] {
        let directory = FilePath(ProcessInfo.processInfo.environment["COSA_DEMO_REPO"] ?? "").appending("rpms")
        return try sortedNames(directory).filter { $0.hasSuffix(".rpm") }.map { name in
            let path = directory.appending(name)
            let header = try PackageArchive(path).header
            return DownloadedPackage(
                package: ResolvedPackage(
                    name: header.name, epoch: header.epoch, version: header.version, release: header.release,
                    arch: header.arch, repository: "demo", checksum: "sha256:\(try Digest.ofFile(path))",
                    size: try FileStatus.of(path)?.size ?? 0, location: name, sourceRPM: header.sourceRPM,
                    buildTime: header.buildTime, reason: "test"),
                path: path)
        }
    }

    static let treefile = """
        container: false
        documentation: false
        boot-location: modules
        tmp-is-dir: true
        machineid-compat: false
        default-target: multi-user.target
        mutate-os-release: "1"

        """

    @Test("The demo packages give the same commit twice, initramfs included")
    func isReproducible() async throws {
        let packages = try Self.packages()
        let one = try ComposeFixture()
        let first = try await one.compose(packages, treefile: Self.treefile)
        print("first", first.checksum, first.statistics)
        let two = try ComposeFixture()
        let second = try await two.compose(packages, treefile: Self.treefile)
        #expect(first.checksum == second.checksum)
        try await Command("ostree", ["--repo=\(two.target)", "fsck", "--quiet"]).run()
        let third = try await two.compose(packages, treefile: Self.treefile, version: "2")
        #expect(third.statistics.initramfsCached == true)
        print("third", third.statistics)
    }
}
