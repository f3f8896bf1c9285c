import Builds
import HostSystem
import OSTree

/// Removes the commits of pruned builds from the working directory's repository.
public enum CommitCleanup {
    /// How the refs begin on images that node images were made of and that are no build's: a cache.
    static let bases = "bases/"

    /// Deletes the refs on the plan's removed commits and on bases of node images from elsewhere, then what no ref
    /// reaches. A commit that a kept build has stays, with every ref on it.
    ///
    /// - Throws: `GLibError` from the repository.
    public static func run(_ plan: PrunePlan, in directory: WorkingDirectory) throws {
        guard !plan.removedCommits.isEmpty, FileContent.isDirectory(directory.repository) else { return }
        let repository = try Repository.open(directory.repository)
        let removed = Set(plan.removedCommits)
        let refs = try repository.refs().filter { removed.contains($0.value) || $0.key.hasPrefix(bases) }
            .keys.sorted()
        try repository.transaction {
            for ref in refs { repository.transactionSetRef(ref, to: nil) }
        }
        _ = try repository.prune()
    }
}
