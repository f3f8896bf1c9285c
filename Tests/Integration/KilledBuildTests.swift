import Builds
import Foundation
import HostSystem
import TestSupport
import Testing

/// A build that is killed at any moment leaves what was there, and the next one works.
@Suite struct KilledBuildTests {
    @Test func killedBuildsLoseNothing() async throws {
        let workspace = try await Workspace()
        try await workspace.cosa("build").succeeded()
        let store = BuildStore(WorkingDirectory(root: workspace.work))
        let before = try store.index().builds.map(\.id)

        var killed = 0
        for tenth in 1...12 {
            try workspace.root.write("\(tenth)\n", to: "work/overrides/rootfs/usr/share/number")
            let build = try BackgroundTool([
                "env", "--chdir", workspace.work.string, Tool.path("cosa"), "build", "--skip-prune",
            ])
            try await Task.sleep(for: .milliseconds(100 * tenth))
            kill(build.identifier, SIGKILL)
            if build.wait() == SIGKILL { killed += 1 }
            try expectComplete(store)
        }
        #expect(killed > 0, "no build was still running when it was to be killed")

        try workspace.root.write("last\n", to: "work/overrides/rootfs/usr/share/number")
        try await workspace.cosa("build", "--skip-prune").succeeded()
        try expectComplete(store)
        let after = try store.index().builds.map(\.id)
        #expect(FileContent.linkTarget(store.directory.latest) == after.first)
        #expect(Set(after).isSuperset(of: before) && after.count > before.count)
        try await Command("ostree", ["--repo=\(store.directory.repository)", "fsck", "--quiet"]).run()

        try await workspace.cosa("clean", "--all").succeeded()
        #expect(FileContent.names(in: workspace.builds).isEmpty)
    }

    @Test func killedReplacementsLoseNothing() async throws {
        let workspace = try await Workspace()
        try await workspace.cosa("build", "--version", "7").succeeded()
        let store = BuildStore(WorkingDirectory(root: workspace.work))
        let archive = workspace.root.path.appending("image.ociarchive")
        let image = try store.artifact("ostree", of: "7", arch: "x86_64")
        try await Command("cp", ["--reflink=auto", image.string, archive.string]).run()

        var killed = 0
        for step in 1...12 {
            let importing = try BackgroundTool([
                Tool.path("cosa"), "import", "--workdir", workspace.work.string, "--force", "oci-archive:\(archive)",
            ])
            try await Task.sleep(for: .milliseconds(40 * step))
            kill(importing.identifier, SIGKILL)
            if importing.wait() == SIGKILL { killed += 1 }
            try expectComplete(store)
            let commit = try #require(try store.metadata("7", arch: "x86_64").ostreeCommit)
            try await Command("ostree", ["--repo=\(store.directory.repository)", "ls", "-R", commit]).run()
        }
        #expect(killed > 0, "no import was still running when it was to be killed")
        try await workspace.cosa("import", "--force", "oci-archive:\(archive)").succeeded()
        try await Command("ostree", ["--repo=\(store.directory.repository)", "fsck", "--quiet"]).run()
        #expect(FileContent.names(in: workspace.builds.appending("7")) == ["x86_64"])
    }

    /// Every build that is listed has its metadata, and every file in that its digest.
    private func expectComplete(_ store: BuildStore) throws {
        let builds = try store.index().builds
        for build in builds {
            let metadata = try store.metadata(build.id, arch: "x86_64")
            for (kind, artifact) in metadata.images {
                let path = store.path(build.id, arch: "x86_64").appending(artifact.path)
                #expect(try Digest.ofFile(path) == artifact.sha256, "\(kind) of \(build.id)")
            }
        }
        // It follows the list; a kill in between leaves the build before.
        let latest = try #require(FileContent.linkTarget(store.directory.latest))
        #expect(builds.prefix(2).map(\.id).contains(latest))
    }
}
