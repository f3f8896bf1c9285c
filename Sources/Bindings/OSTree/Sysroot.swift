import COSTree
import GLib
import SystemPackage

/// A physical root filesystem that holds a repository and deployments (ostree-admin(1)), at a directory or booted.
///
/// Belongs to one thread.
public final class Sysroot {
    private let pointer: OpaquePointer
    /// Its directory.
    public let path: FilePath

    /// Opens the sysroot at `path` and reads its deployments.
    ///
    /// - Parameter initialize: makes `ostree/` with an empty bare repository first, where there is none.
    public init(_ path: FilePath, initialize: Bool = false) throws(GLibError) {
        self.path = path
        pointer = withGFile(path.string) { ostree_sysroot_new($0) }
        if initialize {
            try checked("make a sysroot at \(path)") { ostree_sysroot_ensure_initialized(pointer, nil, $0) }
        }
        try checked("read the sysroot at \(path)") { ostree_sysroot_load(pointer, nil, $0) }
    }

    deinit { g_object_unref(UnsafeMutableRawPointer(pointer)) }

    /// The sysroot's own repository; changes of its settings hold for this sysroot's work too.
    public func repository() throws(GLibError) -> Repository {
        var result: OpaquePointer?
        try checked("open the repository of the sysroot at \(path)") {
            ostree_sysroot_get_repo(pointer, &result, nil, $0)
        }
        guard let result else { throw GLibError(operation: "open the repository of \(path)", consuming: nil) }
        return Repository(taking: result, path: path.appending("ostree/repo"))
    }

    /// Makes a stateroot: the place of an operating system's deployments and of the `/var` that they share.
    public func makeStateroot(_ osname: String) throws(GLibError) {
        try checked("make the stateroot \(osname) in \(path)") {
            ostree_sysroot_init_osname(pointer, osname, nil, $0)
        }
    }

    /// The deployments, the default one first.
    public var deployments: [Deployment] {
        guard let array = ostree_sysroot_get_deployments(pointer) else { return [] }
        defer { g_ptr_array_unref(array) }
        return (0..<Int(array.pointee.len)).compactMap { index in
            array.pointee.pdata[index].map { Deployment(OpaquePointer($0), sysroot: pointer) }
        }
    }

    /// Checks a commit of the sysroot's repository out as a new deployment, makes it the default one and writes the
    /// boot entries.
    ///
    /// - Parameters:
    ///   - origin: the text of the deployment's origin file, a GLib key file.
    ///   - kernelArguments: all of them but `ostree=`, which the library adds.
    public func deploy(
        commit: String, osname: String, origin: String, kernelArguments: [String]
    ) throws(GLibError) -> Deployment {
        let originFile = g_key_file_new()
        defer { g_key_file_unref(originFile) }
        try checked("read the origin of \(commit)") {
            g_key_file_load_from_data(originFile, origin, gsize(origin.utf8.count), G_KEY_FILE_NONE, $0)
        }
        var deployed: OpaquePointer?
        try withStrings(kernelArguments) { (arguments) throws(GLibError) in
            try checked("deploy \(commit) as \(osname) in \(path)") {
                ostree_sysroot_deploy_tree(pointer, osname, commit, originFile, nil, arguments, &deployed, nil, $0)
            }
        }
        guard let deployed else { throw GLibError(operation: "deploy \(commit)", consuming: nil) }
        defer { g_object_unref(UnsafeMutableRawPointer(deployed)) }
        try checked("write the boot entry of \(commit) in \(path)") {
            ostree_sysroot_simple_write_deployment(
                pointer, osname, deployed, nil, OSTREE_SYSROOT_SIMPLE_WRITE_DEPLOYMENT_FLAGS_NONE, nil, $0)
        }
        return Deployment(deployed, sysroot: pointer)
    }

    /// Sets or clears the immutable flag of the root directories of all deployments.
    public func setDeploymentsMutable(_ mutable: Bool) throws(GLibError) {
        guard let array = ostree_sysroot_get_deployments(pointer) else { return }
        defer { g_ptr_array_unref(array) }
        for index in 0..<Int(array.pointee.len) {
            guard let deployment = array.pointee.pdata[index].map({ OpaquePointer($0) }) else { continue }
            try checked("change the flags of a deployment in \(path)") {
                ostree_sysroot_deployment_set_mutable(pointer, deployment, mutable ? 1 : 0, nil, $0)
            }
        }
    }

    private func withStrings(
        _ strings: [String], _ body: (UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) throws(GLibError) -> Void
    ) throws(GLibError) {
        let array = UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>.allocate(capacity: strings.count + 1)
        for (index, string) in strings.enumerated() { (array + index).initialize(to: g_strdup(string)) }
        (array + strings.count).initialize(to: nil)
        defer {
            for index in strings.indices { g_free(array[index]) }
            array.deallocate()
        }
        try body(array)
    }
}
