/// How an image file is written.
public enum ImageFormat: String, Sendable, Codable, CaseIterable {
    /// The disk's bytes.
    case raw
    /// QEMU's format (compat 1.1).
    case qcow2
    /// QEMU's format with compressed clusters.
    case compressedQcow2 = "compressed-qcow2"
    /// A VMDK that is read as a stream, for import into clouds.
    case streamOptimizedVMDK = "stream-optimized-vmdk"
    /// The disk's bytes and a footer (Microsoft's "Virtual Hard Disk Image Format" 1.0).
    case fixedVHD = "fixed-vhd"
    /// Hyper-V's format (MS-VHDX).
    case vhdx
    /// A sparse file `disk.raw` in a tar file, compressed with gzip: what Google's cloud imports.
    case gcpArchive = "gcp-tar"
    /// A container image whose one file is a qcow2 below `/disk`, as an OCI archive.
    case containerDisk = "container-disk"
    /// A virtual machine for VMware: an OVF description and a VMDK in a tar file.
    case vmwareOVA = "vmware-ova"
    /// A virtual machine for VirtualBox.
    case virtualBoxOVA = "virtualbox-ova"
    /// A boot stream of NVIDIA's BlueField.
    case bfb

    /// The end of an image file's name, without the dot.
    public var suffix: String {
        switch self {
        case .raw: "raw"
        case .qcow2, .compressedQcow2: "qcow2"
        case .streamOptimizedVMDK: "vmdk"
        case .fixedVHD: "vhd"
        case .vhdx: "vhdx"
        case .gcpArchive: "tar.gz"
        case .containerDisk: "ociarchive"
        case .vmwareOVA, .virtualBoxOVA: "ova"
        case .bfb: "bfb"
        }
    }
}
