/// A boot loader that a disk image cannot have.
public enum BootLoaderError: Error, Sendable, Equatable, CustomStringConvertible {
    /// image.yaml's `bootloader` is none of those known.
    case unknown(String)
    /// The architecture does not have it.
    case unsupported(BootLoaderWish, basearch: String)
    /// The commit lacks a file of it.
    case missing(BootLoaderChoice, path: String, packages: String)
    /// Several vendors' first stages are in the commit.
    case severalVendors([String])
    /// A file of the commit does not have its format.
    case unreadable(path: String, reason: String)
    /// The environment names a hook for zipl that cannot be run.
    case noHook(String)
    /// The hook for zipl did not write a boot record.
    case hookFailed(program: String, platform: String, reason: String)

    /// One line: what is missing, and what brings it.
    public var description: String {
        switch self {
        case .unknown(let name):
            "image.yaml: there is no `bootloader: \(name)`; known are "
                + BootLoaderWish.allCases.map(\.rawValue).joined(separator: ", ")
        case .unsupported(let wish, let basearch):
            "image.yaml: `bootloader: \(wish.rawValue)` is not possible on \(basearch)"
        case .missing(let loader, let path, let packages):
            "the commit has no /\(path), which \(loader.rawValue) needs; it is in the package \(packages)"
        case .severalVendors(let paths):
            "the commit has the first stages of several vendors, and only one can be the disk's: "
                + paths.joined(separator: ", ")
        case .unreadable(let path, let reason):
            "/\(path) of the commit cannot be read: \(reason)"
        case .noHook(let path):
            "\(ZiplHook.variable): \(path) is not the absolute path of a program"
        case .hookFailed(let program, let platform, let reason):
            "\(ZiplHook.variable): \(program) has written no boot record of the \(platform) image: \(reason)"
        }
    }
}
