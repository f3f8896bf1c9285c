import RPM

/// Who owns what in a base tree, for paths at which an added package has another file.
final class BaseFiles {
    /// What becomes of the file that is there.
    enum Verdict {
        /// It stays: its package has the same file, which was changed since.
        case keep
        /// It goes: no package owns it.
        case replace
    }

    private let options: ImportOptions
    private let packages: [ImportedPackage]
    private lazy var owners = index(packages)
    private var added: [String: (package: String, file: PackageFile)] = [:]
    private var current: ImportedPackage?

    init(_ packages: [ImportedPackage], options: ImportOptions) {
        self.packages = packages
        self.options = options
    }

    /// Says which package is being added.
    func begin(_ package: ImportedPackage) {
        current = package
        added = [:]
    }

    /// What becomes of the base's file at `path` (absolute in the tree), where the added package has another one; nil for
    /// a conflict.
    func verdict(_ path: String) -> Verdict? {
        guard let owner = owners[path] else { return .replace }
        if added.isEmpty, let current { added = index([current]) }
        guard let file = added[path]?.file else { return nil }
        return file.digest == owner.file.digest && file.linkTarget == owner.file.linkTarget ? .keep : nil
    }

    /// The package of the base that owns a path (absolute in the tree).
    func owner(of path: String) -> String? { owners[path].map { "\($0.package) of the base" } }

    private func index(_ packages: [ImportedPackage]) -> [String: (package: String, file: PackageFile)] {
        var result: [String: (package: String, file: PackageFile)] = [:]
        for package in packages {
            for file in package.files where !file.isDirectory {
                switch PathTranslation.of(file.path, isSymlink: file.isSymlink, keepsLocal: options.keepsLocal) {
                case .tree(let place), .linked(let place, _, _): result["/" + place] = (package.header.nevra, file)
                case .state(let place): result["/usr/share/factory\(place)"] = (package.header.nevra, file)
                default: continue
                }
            }
        }
        return result
    }
}
