/// A sysroot that cannot be made.
public enum DeploymentError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The commit has nothing to boot.
    case noKernel(commit: String)
    /// The commit does not say which of its kernels is to boot.
    case severalKernels(commit: String, [String])
    /// The commit has no os-release file to name the boot entry by.
    case noOSRelease(commit: String)
    /// The commit has a file that says that something below it in an overlay is gone.
    case whiteout(commit: String, path: String)

    /// One line: what is in the way.
    public var description: String {
        switch self {
        case .noKernel(let commit):
            "commit \(commit) has no kernel (/usr/lib/modules/VERSION/vmlinuz): a disk needs one; add a kernel package to "
                + "the treefile"
        case .severalKernels(let commit, let versions):
            "commit \(commit) has several kernels (\(versions.sorted().joined(separator: ", "))): a disk boots one; leave "
                + "the others out of the treefile"
        case .noOSRelease(let commit):
            "commit \(commit) has neither PRETTY_NAME nor ID in /usr/lib/os-release to name its boot entry by"
        case .whiteout(let commit, let path):
            "commit \(commit) has the whiteout \(path) for an overlay filesystem: remove it in a `postprocess` script"
        }
    }
}
