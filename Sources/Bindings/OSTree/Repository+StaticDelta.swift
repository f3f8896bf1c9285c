import COSTree
import GLib
import SystemPackage

extension Repository {
    /// Writes what a repository with one commit lacks of another to a single file, for `ostree static-delta apply-offline`.
    ///
    /// - Parameters:
    ///   - commit: the commit.
    ///   - base: what the other side has; nil for nothing, which takes minutes for a whole system.
    ///   - file: the file that is made.
    public func writeStaticDelta(of commit: String, since base: String?, to file: FilePath) throws(GLibError) {
        // A file name is a byte string, with its end.
        let parameters = Variant.dictionary([
            "filename": .bytes(Array(file.string.utf8) + [0]), "inline-parts": .boolean(true),
            "min-fallback-size": .uint32(0),
        ])
        try checked("write the difference to commit \(commit) of \(path)") {
            ostree_repo_static_delta_generate(
                pointer, OSTREE_STATIC_DELTA_GENERATE_OPT_LOWLATENCY, base, commit, nil, parameters.pointer, nil, $0)
        }
    }
}
