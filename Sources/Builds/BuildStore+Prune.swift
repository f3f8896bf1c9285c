import Foundation
import HostSystem
import SystemPackage

/// Which builds a prune removes and which it keeps.
public struct PrunePlan: Sendable, Hashable, Codable {
    /// The builds to remove, newest first.
    public let removed: [BuildsIndex.Build]
    /// The builds that stay, newest first.
    public let kept: [BuildsIndex.Build]
    /// OSTree commits that only removed builds have.
    public internal(set) var removedCommits: [String]
    /// OSTree commits that must stay.
    public internal(set) var keptCommits: [String]

    /// The plan that keeps the newest untagged builds and all tagged ones.
    ///
    /// - Parameter keepLast: how many untagged ones to keep; 0 keeps all.
    public init(_ index: BuildsIndex, keepLast: Int) {
        let tagged = Set(index.tags.map(\.target))
        var untagged = 0
        let kept = index.builds.filter { build in
            if tagged.contains(build.id) { return true }
            untagged += 1
            return keepLast == 0 || untagged <= keepLast
        }
        self.init(index, kept: Set(kept.map(\.id)))
    }

    /// The plan that removes the builds named and no others.
    ///
    /// - Throws: ``BuildsError`` for a build that does not exist or is tagged.
    public init(_ index: BuildsIndex, removing names: [String]) throws {
        for name in names {
            guard index.build(name) != nil else { throw BuildsError("there is no build \(name)") }
            try index.requireUntagged(name)
        }
        self.init(index, kept: Set(index.builds.map(\.id)).subtracting(names))
    }

    private init(_ index: BuildsIndex, kept: Set<String>) {
        self.removed = index.builds.filter { !kept.contains($0.id) }
        self.kept = index.builds.filter { kept.contains($0.id) }
        removedCommits = []
        keptCommits = []
    }
}

extension BuildStore {
    /// The plan for these wishes, with the commits of the builds.
    ///
    /// - Parameters:
    ///   - keepLast: how many untagged builds to keep; 0 keeps all.
    ///   - builds: the builds to remove instead, where there are any.
    /// - Throws: ``BuildsError``.
    public func prunePlan(keepLast: Int, builds: [String] = []) throws -> PrunePlan {
        let index = try index()
        var plan = try builds.isEmpty ? PrunePlan(index, keepLast: keepLast) : PrunePlan(index, removing: builds)
        let kept = Set(plan.kept.flatMap(commits))
        plan.keptCommits = kept.sorted()
        plan.removedCommits = Set(plan.removed.flatMap(commits)).subtracting(kept).sorted()
        return plan
    }

    /// Removes the builds of a plan: off the list first, then their directories. A run that is killed in between leaves
    /// directories that the next build removes.
    ///
    /// - Parameters:
    ///   - lock: what ``lockForBuilding()`` gave, for a build that prunes at its end; nil takes it for the time of this.
    ///   - removeCommits: deletes the plan's `removedCommits` and the refs on them from the repository.
    /// - Throws: `FileLockError` where another process builds here, ``BuildsError``, and what `removeCommits` throws.
    public func prune(_ plan: PrunePlan, lock: FileLock? = nil, removeCommits: (PrunePlan) throws -> Void) throws {
        let lock = try lock ?? FileLock(lockPath("build"), wait: false)
        try withExtendedLifetime(lock) {
            for build in plan.removed {
                for arch in build.arches where FileContent.isDirectory(path(build.id, arch: arch)) {
                    let marker = path(build.id, arch: arch).appending(BuildTransaction.marker)
                    do {
                        try AtomicFile.write([], to: marker)
                    } catch {
                        throw BuildsError("cannot write \(marker): \(error)")
                    }
                }
            }
            if !plan.removed.isEmpty { try updateIndex { $0.remove(Set(plan.removed.map(\.id))) } }
            try removeCommits(plan)
            for build in plan.removed {
                for arch in build.arches { try discard(path(build.id, arch: arch)) }
            }
        }
    }

    private func commits(of build: BuildsIndex.Build) -> [String] {
        build.arches.compactMap { arch in (try? metadata(build.id, arch: arch))?.ostreeCommit }
    }
}
