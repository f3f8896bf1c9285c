import HostSystem
import SystemPackage

/// The extended attributes of files on disk that a commit keeps; all others belong to the host.
enum KeptAttributes {
    /// Names the layer of container images that a file or directory goes to (ostree-ext, chunkah).
    static let component = "user.component"

    /// Those of a file that a script made.
    static let files = [FileCapabilities.attribute, "user.pax.flags", component]

    /// The named attributes that `path` has.
    ///
    /// - Throws: `Errno`
    static func read(_ names: [String], of path: FilePath) throws -> [String: [UInt8]] {
        var attributes: [String: [UInt8]] = [:]
        for name in names { attributes[name] = try ExtendedAttribute.get(name, of: path) }
        return attributes
    }
}
