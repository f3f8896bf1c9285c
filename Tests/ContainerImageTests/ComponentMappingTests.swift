import HostSystem
import OSTree
import Testing

@testable import ContainerImage

@Suite struct ComponentMappingTests {
    static func map(_ components: [Component]) async throws -> [String: [String]] {
        let fixture = try CommitFixture()
        let commit = try await fixture.commit()
        let tree = try CommitTree(repository: Repository.open(fixture.repositoryPath), commit: commit)
        let mapped = ComponentMapping.map(tree, components: components)
        return Dictionary(uniqueKeysWithValues: mapped.map { ($0.name, $0.contents.flatMap(\.paths).sorted()) })
    }

    @Test func pathsAreFollowedThroughLinkedDirectories() async throws {
        let map = try await Self.map(CommitFixture.components)
        #expect(map["util"] == ["usr/bin/su", "usr/lib/install"])
        #expect(map["kernel"] == ["usr/lib/modules/6.1.0-test/vmlinuz"])
        #expect(map["bash"]?.contains("usr/etc/bashrc") == true)
        #expect(map["bash"]?.contains("usr/bin/sh") == true)
    }

    @Test func anObjectWithSeveralOwnersGoesToTheFirst() async throws {
        let map = try await Self.map(CommitFixture.components.reversed())
        #expect(map["bash"]?.filter { $0.hasSuffix("LICENSE") }.count == 2)
        #expect(map["ping"] == ["usr/bin/ping"])
    }

    @Test func theInitramfsTheDatabaseAndTheRestAreOnTheirOwn() async throws {
        let map = try await Self.map(CommitFixture.components)
        #expect(map["initramfs"] == ["usr/lib/modules/6.1.0-test/initramfs.img"])
        let rest = try #require(map["rpmostree-unpackaged-content"])
        #expect(map["rpmdb"] == ["usr/share/rpm/rpmdb.sqlite"])
        #expect(rest.contains("usr/etc/passwd"))
        #expect(!rest.contains("usr/bin/bash"))
    }

    @Test func componentsOfOneIdentifierLoseNothing() async throws {
        let twice = [CommitFixture.component("x", ["/bin/su"]), CommitFixture.component("x", ["/bin/ping"])]
        #expect(try await Self.map(twice)["x"] == ["usr/bin/ping", "usr/bin/su"])
    }

    @Test func loopsOfLinksEnd() async throws {
        var fixture = try CommitFixture()
        fixture.files += [CommitFixture.link("usr/a", "b"), CommitFixture.link("usr/b", "/usr/a")]
        let commit = try await fixture.commit()
        var resolver = PathResolver(
            try CommitTree(repository: Repository.open(fixture.repositoryPath), commit: commit))
        #expect(resolver.object(at: "/usr/a/b/c") == nil)
        #expect(resolver.object(at: "/usr/a") != nil)
        #expect(resolver.object(at: "usr/../bin/./su") == resolver.object(at: "/usr/bin/su"))
    }

    @Test func anAttributeOfAFileOrADirectoryNamesAComponent() async throws {
        let fixture = try CommitFixture()
        _ = try await fixture.commit()
        let files = fixture.directory.appending("files")
        let models = files.appending("usr/lib/models")
        try FileContent.createDirectory(models.appending("deep"))
        for name in ["a", "deep/b", "deep/tool"] { try AtomicFile.write(Array(name.utf8), to: models.appending(name)) }
        try ExtendedAttribute.set("user.component", to: Array("models".utf8), of: models)
        try ExtendedAttribute.set("user.component", to: Array("tools".utf8), of: models.appending("deep/tool"))
        let commit = try await Command(
            "ostree",
            [
                "commit", "--repo=\(fixture.repositoryPath)", "--branch=named", "--subject=", "--tree=ref=test",
                "--tree=dir=\(files)",
            ]
        ).run().text
        let tree = try CommitTree(repository: Repository.open(fixture.repositoryPath), commit: commit)
        let mapped = ComponentMapping.map(
            tree, components: CommitFixture.components + [CommitFixture.component("x", ["/usr/lib/models/a"])])
        func paths(_ name: String) -> [String]? {
            mapped.first { $0.name == name }?.contents.flatMap(\.paths).sorted()
        }
        #expect(paths("models") == ["usr/lib/models/a", "usr/lib/models/deep/b"])
        #expect(paths("tools") == ["usr/lib/models/deep/tool"])
        #expect(paths("x") == nil)
        #expect(mapped.filter(\.isExclusive).map(\.name).contains("models"))
    }

    @Test func aFileOfAnotherSizeIsNotThePackages() async throws {
        var component = CommitFixture.component("sizes", [])
        component.files = [.init("/bin/su", size: 2), .init("/bin/ping", size: 5), .init("/bin/sh", size: 4)]
        let map = try await Self.map([component])
        #expect(map["sizes"] == ["usr/bin/sh", "usr/bin/su"])
    }

    @Test func packagesNameFilesByTheirPlacesOnOtherSystems() async throws {
        var fixture = try CommitFixture()
        fixture.files += [
            CommitFixture.file("usr/lib/opt/tool/run", "opt"),
            CommitFixture.file("usr/lib/ostree-boot/config-1", "boot"),
            CommitFixture.file("usr/lib/alternatives/x", "alternatives"),
        ]
        let commit = try await fixture.commit()
        let tree = try CommitTree(repository: Repository.open(fixture.repositoryPath), commit: commit)
        let component = CommitFixture.component(
            "other",
            ["/opt/tool/run", "/boot/config-1", "/boot/vmlinuz-6.1.0-test", "/var/lib/alternatives/x", "/boot/none"])
        let mapped = ComponentMapping.map(tree, components: [component])
        #expect(
            mapped.first?.contents.flatMap(\.paths).sorted() == [
                "usr/lib/alternatives/x", "usr/lib/modules/6.1.0-test/vmlinuz", "usr/lib/opt/tool/run",
                "usr/lib/ostree-boot/config-1",
            ])
    }

    @Test func severalVersionsOfOnePackageAreComponentsEach() async throws {
        let multilib = ["i686", "x86_64"].map { arch in
            Component(
                identifier: "bash-1-1.\(arch)", name: "bash", source: "bash-1-1.src.rpm", buildTime: 0,
                changelogTimes: [], files: [.init(arch == "i686" ? "/bin/su" : "/bin/bash")])
        }
        let fixture = try CommitFixture()
        let request = fixture.request(try await fixture.commit(), components: multilib)
        let image = try await Encapsulator().encapsulate(request)
        let read = try OCILayout(image.path).image()
        #expect(read.manifest.layers.contains { $0.annotations?["ostree.components"] == "bash" })
        #expect(
            read.configuration.history?.contains { $0.createdBy == "bash-1-1.i686 and bash-1-1.x86_64" } == true)
    }
}
