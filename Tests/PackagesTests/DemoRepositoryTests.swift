import Foundation
import Packages
import SystemPackage
import TestSupport
import Testing
import Treefile

@Suite("The repository of the default operating system")
struct DemoRepositoryTests {
    static let repository = ProcessInfo.processInfo.environment["COSA_DEMO_REPOSITORY"].map { FilePath($0) }

    @Test(
        "dnf chooses the same packages from it, and all of them pass their checks",
        .enabled(if: repository != nil, "COSA_DEMO_REPOSITORY names no repository made by ci/demo-repo"))
    func resolve() async throws {
        let path = try #require(Self.repository)
        let bench = try ResolutionBench()
        let repositories = try RepositoryFile.load(directories: [path], variables: [:])
        #expect(repositories.map(\.id) == ["demo"])
        let specs = ["demo-release", "kernel", "systemd", "openssh-server", "ignition"].filter { spec in
            let names = (try? FileManager.default.contentsOfDirectory(atPath: path.appending("rpms").string)) ?? []
            return names.contains { $0.hasPrefix("\(spec)-") }
        }
        #expect(specs.contains("systemd"))
        let set = try await bench.resolveSet("packages: [\(specs.joined(separator: ", "))]\n", repositories)
        #expect(set.packages.count > 50)
        let theirs = try await bench.dnf(specs, repositories)
        #expect(set.packages.map(\.nevra).sorted() == theirs.sorted())
        let downloaded = try await Downloader(cache: bench.cache).download(
            set, repositories: repositories, to: bench.directory.appending("packages"))
        #expect(downloaded.count == set.packages.count)
    }
}
