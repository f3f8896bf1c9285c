import COSTree
import GLib

extension Repository {
    /// What a prune found.
    public struct PruneResult: Sendable, Hashable {
        /// Objects before.
        public let total: Int
        /// Objects deleted.
        public let deleted: Int
        /// Bytes freed.
        public let bytes: UInt64
    }

    /// Deletes every object that no ref reaches.
    public func prune() throws(GLibError) -> PruneResult {
        var total: Int32 = 0
        var deleted: Int32 = 0
        var bytes: UInt = 0
        try checked("prune \(path)") {
            ostree_repo_prune(pointer, OSTREE_REPO_PRUNE_FLAGS_REFS_ONLY, -1, &total, &deleted, &bytes, nil, $0)
        }
        return PruneResult(total: Int(total), deleted: Int(deleted), bytes: UInt64(bytes))
    }
}
