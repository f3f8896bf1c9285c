import Builds
import HostSystem
import OSTree
import SystemPackage
import Treefile

extension ImageConfig {
    /// The image.json of a commit; nil where it has none, as commits of other tools.
    ///
    /// - Throws: `TreefileError` for one that cannot be read, and the errors of libostree.
    static func ofCommit(_ commit: String, in repository: Repository) throws -> ImageConfig? {
        let path: FilePath = "usr/share/coreos-assembler/image.json"
        return try repository.readFile(path.string, of: commit).map { try parse(json: $0, named: path) }
    }

    /// What a build's image is like: the image.json of its commit, or else image.yaml of the configuration.
    ///
    /// - Parameter commit: the build's commit; it need not be in the repository any more.
    /// - Returns: nil where there is neither.
    /// - Throws: `TreefileError` for one that cannot be read, and the errors of libostree.
    static func ofBuild(_ commit: String?, in directory: WorkingDirectory) throws -> ImageConfig? {
        if let commit, FileContent.exists(directory.repository) {
            let repository = try Repository.open(directory.repository)
            if try repository.contains(.commit, commit), let image = try ofCommit(commit, in: repository) {
                return image
            }
        }
        let path = try directory.configFile("image")
        return FileContent.exists(path) ? try load(path) : nil
    }
}
