import COSTree
import GLib
import Glibc
import SystemPackage

extension Repository {
    /// Makes a commit's tree visible below `destination` (which must not exist) as hard links to the objects, without
    /// owners, set-uid and set-gid bits of files, and extended attributes.
    ///
    /// Nothing may write to these files: they are the repository's objects. Empty files are new ones.
    ///
    /// - Parameter commit: 64 hexadecimal digits.
    /// - Throws: `GLibError`; also where `destination` is on another filesystem.
    public func checkoutHardLinks(_ commit: String, to destination: FilePath) throws(GLibError) {
        var options = OstreeRepoCheckoutAtOptions()
        options.mode = OSTREE_REPO_CHECKOUT_MODE_USER
        options.overwrite_mode = OSTREE_REPO_CHECKOUT_OVERWRITE_NONE
        options.no_copy_fallback = 1
        try checked("check out \(commit) at \(destination)") {
            ostree_repo_checkout_at(pointer, &options, AT_FDCWD, destination.string, commit, nil, $0)
        }
    }
}
