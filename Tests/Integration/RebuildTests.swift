import Foundation
import HostSystem
import TestSupport
import Testing

/// What makes a new build, and what does not.
@Suite struct RebuildTests {
    @Test func onlyChangesOfContentMakeANewBuild() async throws {
        let workspace = try await Workspace()
        func overridesActive() async throws -> String {
            try await workspace.cosa("meta", "--get-value", "coreos-assembler.overrides-active").succeeded().output.text
        }
        // It keeps an empty folder in git, and is no override.
        try workspace.root.write("", to: "work/overrides/rpm/.gitkeep")
        let first = try await workspace.cosa("build", "--json").succeeded()
        #expect(first.output.text.contains("\"result\" : \"built\""))
        #expect(try await overridesActive() == "False")

        let second = try await workspace.cosa("build").succeeded()
        #expect(second.output.text.split(separator: "\n").last?.hasPrefix("Input hash unchanged (") == true)
        #expect(try await workspace.cosa("build", "--unchanged-exit-77").status == 77)

        let manifest = workspace.config.appending("manifest.yaml")
        try FileManager.default.setAttributes([.modificationDate: Date.distantPast], ofItemAtPath: manifest.string)
        #expect(try await workspace.cosa("build", "--unchanged-exit-77").status == 77)

        func expectBuild(_ reason: String) async throws {
            let run = try await workspace.cosa("build", "--skip-prune", "--json").succeeded()
            #expect(run.output.text.contains("\"result\" : \"built\""), "\(reason): \(run.output.text)")
            #expect(try await workspace.cosa("build", "--unchanged-exit-77").status == 77, "\(reason)")
        }
        let overrides = workspace.work.appending("overrides/rpm")
        let extra = RPMFixture(
            "tiny-release", version: "2.0", files: [.init("/usr/lib/os-release", .regular("ID=tiny\n"))])
        let package = try await extra.build(in: overrides)
        try await expectBuild("a package was added to overrides/rpm")
        #expect(try await overridesActive() == "True")
        var changed = extra
        changed.files = [.init("/usr/lib/os-release", .regular("ID=changed\n"))]
        _ = try await changed.build(in: overrides)
        try await expectBuild("a package in overrides/rpm was replaced by one of the same name")
        try FileContent.remove(package)
        try await expectBuild("a package was removed from overrides/rpm")

        let file = try workspace.root.write("hello\n", to: "work/overrides/rootfs/usr/share/hello")
        try await expectBuild("a file was added to overrides/rootfs")
        try FileManager.default.setAttributes([.modificationDate: Date.distantPast], ofItemAtPath: file.string)
        #expect(try await workspace.cosa("build", "--unchanged-exit-77").status == 77)
        try workspace.write("size: 5\nrootfs: ext4\n", to: "image.yaml")
        try await expectBuild("a line of image.yaml changed")
    }

    @Test func aPackageThatTheRepositoryUpdatesArrivesWithTheNextFetchOnly() async throws {
        let workspace = try await Workspace()
        try await workspace.cosa("build").succeeded()
        _ = try await RPMFixture(
            "tiny-release", version: "3.0", files: [.init("/usr/lib/os-release", .regular("ID=three\n"))]
        ).build(in: workspace.repository.path.appending("Packages"))
        try await workspace.repository.index()
        #expect(try await workspace.cosa("build", "--unchanged-exit-77").status == 77)
        try await workspace.cosa("fetch").succeeded()
        let run = try await workspace.cosa("build", "--json").succeeded()
        #expect(run.output.text.contains("\"result\" : \"built\""))
        let difference = try await workspace.cosa("meta", "--get-value", "pkgdiff").succeeded()
        #expect(difference.output.text.contains("tiny-release"))
    }
}
