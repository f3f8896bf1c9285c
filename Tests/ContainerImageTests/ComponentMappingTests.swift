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

    @Test func theInitramfsAndTheRestAreOnTheirOwn() async throws {
        let map = try await Self.map(CommitFixture.components)
        #expect(map["initramfs"] == ["usr/lib/modules/6.1.0-test/initramfs.img"])
        let rest = try #require(map["rpmostree-unpackaged-content"])
        #expect(rest.contains("usr/share/rpm/rpmdb.sqlite"))
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
}
