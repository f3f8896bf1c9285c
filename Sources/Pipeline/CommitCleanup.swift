import Builds
import HostSystem
import OSTree

/// Removes the commits of pruned builds from the working directory's repository.
public enum CommitCleanup {
    /// Deletes the refs on the plan's removed commits, then what no ref reaches. A commit that a kept build has stays,
    /// with every ref on it.
    ///
    /// - Throws: `GLibError` from the repository.
    public static func run(_ plan: PrunePlan, in directory: WorkingDirectory) throws {
        guard !plan.removedCommits.isEmpty, FileContent.isDirectory(directory.repository) else { return }
        let repository = try Repository.open(directory.repository)
        let removed = Set(plan.removedCommits)
        let refs = try repository.refs().filter { removed.contains($0.value) }.keys.sorted()
        try repository.transaction {
            for ref in refs { repository.transactionSetRef(ref, to: nil) }
        }
        _ = try repository.prune()
    }
}
