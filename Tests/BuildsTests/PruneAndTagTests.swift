import HostSystem
import SystemPackage
import Testing

@testable import Builds

@Suite("Pruning and tags")
struct PruneAndTagTests {
    private func fixture(_ builds: [String]) throws -> Fixture {
        let fixture = try Fixture()
        for build in builds {
            try fixture.build(build, commit: String(repeating: String(build.suffix(1)), count: 64))
        }
        return fixture
    }

    @Test("keeps the newest untagged builds and all tagged ones")
    func keepLast() throws {
        let fixture = try fixture(["1.0", "1.1", "1.2", "1.3"])
        try fixture.store.tag("good", build: "1.1")
        let plan = try fixture.store.prunePlan(keepLast: 1)
        #expect(plan.removed.map(\.id) == ["1.2", "1.0"])
        #expect(plan.removedCommits == ["0", "2"].map { String(repeating: $0, count: 64) })
        #expect(try fixture.store.prunePlan(keepLast: 0).removed == [])
        var seen: [String] = []
        try fixture.store.prune(plan) { seen = $0.removedCommits }
        #expect(seen == plan.removedCommits)
        #expect(try fixture.store.index().builds.map(\.id) == ["1.3", "1.1"])
        #expect(FileContent.names(in: fixture.directory.builds) == ["1.1", "1.3", "builds.json", "latest"])
    }

    @Test("a build prunes under its own lock; without it, a running build is not disturbed")
    func locked() throws {
        let fixture = try fixture(["1.0", "1.1"])
        let lock = try fixture.store.lockForBuilding()
        let plan = try fixture.store.prunePlan(keepLast: 1)
        #expect(throws: FileLockError.self) { try fixture.store.prune(plan) { _ in } }
        #expect(try fixture.store.index().builds.map(\.id) == ["1.1", "1.0"])
        try fixture.store.prune(plan, lock: lock) { _ in }
        #expect(try fixture.store.index().builds.map(\.id) == ["1.1"])
        // It is still the caller's.
        #expect(throws: FileLockError.self) { try fixture.store.lockForBuilding() }
        withExtendedLifetime(lock) {}
    }

    @Test("a commit that a kept build has is not removed")
    func sharedCommit() throws {
        let fixture = try Fixture()
        try fixture.build("1.0")
        try fixture.build("1.1")
        let plan = try fixture.store.prunePlan(keepLast: 1)
        #expect(plan.removed.map(\.id) == ["1.0"])
        #expect(plan.removedCommits == [])
    }

    @Test("builds that are named are removed, unless they are tagged or unknown")
    func named() throws {
        let fixture = try fixture(["1.0", "1.1"])
        try fixture.store.tag("good", build: "1.1")
        #expect(try fixture.store.prunePlan(keepLast: 3, builds: ["1.0"]).removed.map(\.id) == ["1.0"])
        #expect(throws: BuildsError("there is no build 9")) { try fixture.store.prunePlan(keepLast: 3, builds: ["9"]) }
        #expect(throws: BuildsError("build 1.1 is tagged good; `cosa tag delete --tag` comes first")) {
            try fixture.store.prunePlan(keepLast: 3, builds: ["1.1"])
        }
    }

    @Test("a prune that dies between the list and the directories is finished by the next build")
    func interrupted() throws {
        struct Killed: Error {}
        let fixture = try fixture(["1.0", "1.1"])
        let plan = try fixture.store.prunePlan(keepLast: 1)
        #expect(throws: Killed.self) { try fixture.store.prune(plan) { _ in throw Killed() } }
        #expect(try fixture.store.index().builds.map(\.id) == ["1.1"])
        _ = try fixture.store.lockForBuilding()
        #expect(FileContent.names(in: fixture.directory.builds) == ["1.1", "builds.json", "latest"])
    }

    @Test("a tag moves, keeps its description, and is deleted")
    func tags() throws {
        let fixture = try fixture(["1.0", "1.1"])
        try fixture.store.tag("good", build: "1.0", description: "shipped")
        #expect(try fixture.store.tag("good", build: nil).target == "1.1")
        #expect(
            try fixture.store.index().tags == [
                .init(name: "good", created: "2026-11-21T12:00:00Z", target: "1.1", description: "shipped")
            ])
        #expect(throws: BuildsError("there is no build 9; --force tags it anyway")) {
            try fixture.store.tag("bad", build: "9")
        }
        try fixture.store.tag("bad", build: "9", force: true)
        #expect(throws: BuildsError("there is no tag none")) { try fixture.store.deleteTags(["bad", "none"]) }
        #expect(try fixture.store.index().tags.map(\.name) == ["good", "bad"])
        try fixture.store.deleteTags(["bad", "good"])
        #expect(try fixture.store.index().object["tags"] == nil)
    }

    @Test("cleaning keeps the cache unless it is asked for, and the working directory itself")
    func clean() throws {
        let fixture = try fixture(["1.0"])
        try AtomicFile.write([1], to: fixture.directory.cache.appending("x"))
        try AtomicFile.write([1], to: fixture.directory.temporary.appending("x"))
        try fixture.store.clean(cache: false)
        #expect(fixture.tree() == [])
        #expect(FileContent.names(in: fixture.directory.temporary) == ["lock"])
        #expect(FileContent.names(in: fixture.directory.cache) == ["x"])
        try fixture.store.clean(cache: true)
        #expect(FileContent.names(in: fixture.directory.cache) == [])
        #expect(try fixture.store.index().builds == [])
    }
}
