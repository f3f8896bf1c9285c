import COSTree
import GLib

/// One deployment of a sysroot: a commit checked out beside others, with its own `/etc` and boot entry.
public struct Deployment: Sendable, Equatable {
    /// The stateroot (`osname`) that it belongs to.
    public let osname: String
    /// The commit.
    public let checksum: String
    /// Tells deployments of one commit apart.
    public let serial: Int
    /// Where its tree is, relative to the sysroot: `ostree/deploy/<osname>/deploy/<checksum>.<serial>`.
    public let path: String

    init(_ pointer: OpaquePointer, sysroot: OpaquePointer) {
        osname = ostree_deployment_get_osname(pointer).map { String(cString: $0) } ?? ""
        checksum = ostree_deployment_get_csum(pointer).map { String(cString: $0) } ?? ""
        serial = Int(ostree_deployment_get_deployserial(pointer))
        let directory = ostree_sysroot_get_deployment_dirpath(sysroot, pointer)
        defer { g_free(directory) }
        path = directory.map { String(cString: $0) } ?? ""
    }
}
