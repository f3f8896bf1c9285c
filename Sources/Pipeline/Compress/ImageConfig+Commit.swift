import Builds
import Foundation
import HostSystem
import OSTree
import SystemPackage
import Treefile

extension ImageConfig {
    /// What a build's image is like: the image.json of its commit, or else image.yaml of the configuration.
    ///
    /// - Parameter commit: the build's commit; it need not be in the repository any more.
    /// - Returns: nil where there is neither.
    /// - Throws: `TreefileError` for one that cannot be read, and the errors of libostree.
    static func ofBuild(_ commit: String?, in directory: WorkingDirectory) throws -> ImageConfig? {
        if let commit, FileContent.exists(directory.repository) {
            let repository = try Repository.open(directory.repository)
            if try repository.contains(.commit, commit),
                let bytes = try repository.readFile("usr/share/coreos-assembler/image.json", of: commit)
            {
                let path = directory.temporary.appending("image.json")
                try AtomicFile.write(bytes, to: path)
                return try load(path)
            }
        }
        let path = try directory.configFile("image")
        return FileContent.exists(path) ? try load(path) : nil
    }
}
