import HostSystem
import OSTree
import Packages
import RPM
import SystemPackage
import TestSupport
import Testing

@testable import Compose

/// Packages on top of a tree that exists.
@Suite struct TreeExtenderTests {
    /// Composes the first packages and adds the others.
    private static func extend(
        _ fixture: ComposeFixture, base: [RPMFixture], adding added: [RPMFixture], treefile: String = ""
    ) async throws -> (base: ComposedCommit, result: ExtendedTree) {
        let packages = try await fixture.build([try await ComposeFixture.shell()] + base)
        let commit = try await fixture.compose(packages, treefile: treefile)
        let headers = try packages.map { try PackageArchive($0.path).header }
        let tree = try await TreeExtender().extend(
            ExtensionRequest(
                repository: fixture.target, commit: commit.checksum, basePackages: headers,
                packages: try await fixture.build(added), timestamp: 1_700_000_200, cacheRepository: fixture.cache,
                workDirectory: fixture.directory.appending("work")))
        return (commit, tree)
    }

    private func text(_ path: String, of tree: ExtendedTree, _ fixture: ComposeFixture) throws -> String? {
        try Repository.open(fixture.cache).readFile(path, of: tree.commit).map { String(decoding: $0, as: UTF8.self) }
    }

    @Test func triggersOfNewPackagesSeeTheFilesOfAllAndThoseOfTheBaseOnlyTheNewOnes() async throws {
        let fixture = try ComposeFixture()
        func package(_ name: String) -> RPMFixture {
            RPMFixture(
                name, files: [.init("/usr/share/fonts/\(name)")],
                scriptlets: ["transfiletriggerin -- /usr/share/fonts": "cat >/usr/share/\(name).log"])
        }
        let (_, tree) = try await Self.extend(fixture, base: [package("old")], adding: [package("new")])
        #expect(try text("usr/share/old.log", of: tree, fixture) == "/usr/share/fonts/new\n")
        #expect(try text("usr/share/new.log", of: tree, fixture) == "/usr/share/fonts/new\n/usr/share/fonts/old\n")
        #expect(tree.statistics.scripts == 2)
    }

    @Test func whatTheBaseLeavesOutOfPackagesIsLeftOutOfTheNewOnes() async throws {
        let fixture = try ComposeFixture()
        let manual = RPMFixture(
            "manual",
            files: [.init("/usr/share/doc/manual", .regular("m"), directives: ["%doc"]), .init("/usr/share/manual")])
        let (_, tree) = try await Self.extend(
            fixture, base: [], adding: [manual], treefile: "documentation: false\n")
        #expect(try text("usr/share/doc/manual", of: tree, fixture) == nil)
        #expect(try text("usr/share/manual", of: tree, fixture) != nil)
    }

    @Test func filesThatNoPackageOfTheBaseOwnsGiveWayAndChangedOnesOfTheSamePackageContentStay() async throws {
        let fixture = try ComposeFixture()
        let shared = RPMFixture.File("/etc/shared", .regular("from the package\n"))
        let (_, tree) = try await Self.extend(
            fixture,
            base: [
                RPMFixture("a", files: [shared], scriptlets: ["post": "echo changed >/etc/shared; echo x >/etc/free"])
            ], adding: [RPMFixture("b", files: [shared, .init("/etc/free", .regular("owned\n"))])])
        #expect(try text("usr/etc/shared", of: tree, fixture) == "changed\n")
        #expect(try text("usr/etc/free", of: tree, fixture) == "owned\n")
    }

    @Test func ownersAndBitsThatACheckoutHidesSurviveAScriptThatChangesTheFile() async throws {
        let fixture = try ComposeFixture()
        let files: [RPMFixture.File] = [
            .init("/usr/bin/tool", .regular("x\n"), mode: 0o755, directives: ["%caps(cap_net_raw=ep)"]),
            .init("/usr/bin/su", .regular("x\n"), mode: 0o4755),
            .init("/etc/web", .directory, mode: 0o2770, group: "web"),
            .init("/etc/web/conf", .regular("x\n"), mode: 0o640, owner: "web", group: "web"),
        ]
        let (base, tree) = try await Self.extend(
            fixture, base: [RPMFixture("a", files: files)],
            adding: [
                RPMFixture(
                    "b", scriptlets: ["post": "echo y >>/etc/web/conf; echo z >/etc/web/new; chmod u+x /usr/bin/tool"])
            ])
        let repository = try Repository.open(fixture.cache)
        func attributes(_ path: String, _ commit: String) throws -> FileAttributes? {
            guard case .file(let file)? = try repository.tree(of: commit)[path] else { return nil }
            return try repository.contentInfo(file.checksum).attributes
        }
        #expect(
            try attributes("usr/etc/web/conf", tree.commit) == FileAttributes(uid: 101, gid: 102, permissions: 0o640))
        #expect(try attributes("usr/etc/web/new", tree.commit)?.gid == 102)
        #expect(try attributes("usr/bin/tool", tree.commit)?.extendedAttributes["security.capability"] != nil)
        #expect(
            try repository.tree(of: tree.commit)["usr/bin/su"].checksum
                == repository.tree(of: base.checksum)["usr/bin/su"].checksum)
    }
}

extension TreeEntry? {
    fileprivate var checksum: String? { if case .file(let file)? = self { file.checksum } else { nil } }
}
