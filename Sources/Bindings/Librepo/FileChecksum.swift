import CGLib
import CLibrepo
import GLib
import SystemPackage

/// Checksums of all kinds that repository metadata uses.
public enum FileChecksum {
    /// The checksum of an open file as hex.
    ///
    /// - Parameter type: such as `sha256`.
    /// - Throws: `GLibError` where the type is unknown or the file cannot be read.
    public static func of(_ descriptor: FileDescriptor, type: String) throws(GLibError) -> String {
        let text = try unwrapped("compute the \(type) checksum") {
            lr_checksum_fd(lr_checksum_type(type), descriptor.rawValue, $0)
        }
        defer { g_free(text) }
        return String(cString: text)
    }
}
