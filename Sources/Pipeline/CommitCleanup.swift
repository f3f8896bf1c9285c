import Builds
import HostSystem
import OSTree

/// Removes the commits of pruned builds from the working directory's repository.
public enum CommitCleanup {
    /// How the refs begin on images that node images were made of and that are no build's: a cache.
    static let bases = "bases/"

    /// Deletes the refs on the plan's removed commits, those of its removed builds and on bases of node images from
    /// elsewhere, then what no ref reaches. A commit that a kept build has stays, with a ref on it.
    ///
    /// - Throws: `GLibError` from the repository.
    public static func run(_ plan: PrunePlan, in directory: WorkingDirectory) throws {
        guard !plan.removedCommits.isEmpty, FileContent.isDirectory(directory.repository) else { return }
        let repository = try Repository.open(directory.repository)
        let removed = Set(plan.removedCommits)
        let kept = Set(plan.keptCommits)
        // A ref of a removed build with another commit: an import that replaced it was killed at its very end.
        let names = Set(plan.removed.flatMap { build in build.arches.map { "builds/\(build.id)/\($0)" } })
        let refs = try repository.refs().filter { name, commit in
            removed.contains(commit) || name.hasPrefix(bases) || names.contains(name) && !kept.contains(commit)
        }.keys.sorted()
        try repository.transaction {
            for ref in refs { repository.transactionSetRef(ref, to: nil) }
        }
        _ = try repository.prune()
    }
}
