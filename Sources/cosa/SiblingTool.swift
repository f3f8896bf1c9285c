import HostSystem
import SystemPackage

/// The other programs of this package.
enum SiblingTool {
    /// Becomes the program that is installed beside this one, or the one in PATH.
    static func execute(_ name: String, _ arguments: [String]) throws -> Never {
        let folder = FileContent.linkTarget("/proc/self/exe").map { FilePath($0).removingLastComponent() }
        let sibling = folder?.appending(name)
        let program = sibling.map { FileContent.exists($0) ? $0.string : name } ?? name
        try ProcessReplacement.execute([program] + arguments)
    }
}
