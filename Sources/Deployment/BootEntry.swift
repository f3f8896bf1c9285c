import HostSystem

/// What a new sysroot's boot loader reads, written as libostree writes it.
struct BootEntry {
    private let title: String
    private let kernel: CommitKernel
    private let kernelArguments: KernelArguments

    /// The entry of a sysroot's only deployment.
    ///
    /// - Parameter release: the commit's os-release.
    /// - Throws: ``DeploymentError/noOSRelease(commit:)``.
    init(
        _ kernel: CommitKernel, _ kernelArguments: KernelArguments, commit: String, version: String?,
        release: OSReleaseFile
    ) throws(DeploymentError) {
        guard let name = release["PRETTY_NAME"] ?? release["ID"] else { throw .noOSRelease(commit: commit) }
        // ostree-sysroot-deploy.c, install_deployment_kernel: the version is there once.
        let versioned = version.map { $0.isEmpty || name.contains($0) ? name : "\(name) \($0)" } ?? name
        title = "\(versioned) (ostree:0)"
        self.kernel = kernel
        self.kernelArguments = kernelArguments
    }

    /// The boot loader entry file.
    var text: String {
        let folder = "/ostree/\(kernel.folder)"
        let paths = kernel.entryKeys.map { "\($0.key) \(folder)/\($0.name)\n" }.joined()
        return "title \(title)\nversion 1\noptions \(kernelArguments)\n" + paths
    }

    /// `syslinux.cfg` (ostree-bootloader-syslinux.c); the paths go through the link `boot` on the boot filesystem.
    ///
    /// A directory of device trees (`fdtdir`) is not in it: libostree writes single ones only.
    ///
    /// - Parameter timeoutTenths: how long the menu waits, in tenths of a second; later deployments keep it.
    func syslinux(timeoutTenths: Int) -> String {
        let names = ["linux": "KERNEL", "initrd": "INITRD", "devicetree": "DEVICETREE"]
        let paths = kernel.entryKeys.compactMap { key, name in
            names[key].map { "\t\($0) /boot/ostree/\(kernel.folder)/\(name)\n" }
        }.joined()
        return "TIMEOUT \(timeoutTenths)\n\nDEFAULT \(title)\nLABEL \(title)\n" + paths
            + "\tAPPEND \(kernelArguments)\n"
    }
}
