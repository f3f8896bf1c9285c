/// What a treefile is for.
public enum TreefilePurpose: Sendable {
    /// A tree is composed from it.
    case compose
    /// It is applied to an image that exists (`rpm-ostree compose treefile-apply`): packages and scripts are added.
    case application

    /// The keys of a treefile that is applied, beside `packages-<architecture>`.
    private static let applicable: Set = [
        "packages", "repos", "lockfile-repos", "recommends", "postprocess", "metadata", "variables", "repovars",
        "releasever", "basearch", "include", "arch-include", "conditional-include",
    ]

    /// Refuses keys that have no effect: a treefile that is silently not done makes another image than it says.
    ///
    /// - Throws: ``TreefileError`` with the place of the first such key.
    func check(_ keys: KeyReader) throws(TreefileError) {
        guard self == .application else { return }
        let refused = keys.taken.filter { !Self.applicable.contains($0.key) && !$0.key.hasPrefix("packages-") }
        guard let first = refused.min(by: { ($0.line, $0.column) < ($1.line, $1.column) }) else { return }
        throw TreefileError(
            file: keys.file, line: first.line, column: first.column,
            message: "key '\(first.key)' cannot be applied to an image: it belongs into the treefile that the base is "
                + "composed from (here there may be packages, repos, recommends, postprocess, variables, metadata, "
                + "releasever, repovars and includes)")
    }
}
