extension Platform {
    /// Every platform, by name: those of coreos-assembler (`src/cmd-osbuild`, `src/osbuild-manifests`,
    /// `src/cosalib/ova.py`) but for `live`, with the architectures that it makes them for.
    public static let all: [Platform] = [
        Platform("aliyun", .qcow2, on: x86),
        Platform("applehv", .raw, on: x86AndARM),
        Platform("aws", .streamOptimizedVMDK, on: x86AndARM),
        Platform("azure", .fixedVHD, on: x86AndARM),
        Platform("azurestack", .fixedVHD, on: x86),
        Platform("digitalocean", .qcow2, on: x86),
        Platform("exoscale", .qcow2, on: x86),
        Platform("gcp", .gcpArchive, on: x86AndARM, skipCompression: true),
        Platform("hetzner", .raw, on: x86AndARM),
        Platform("hyperv", .vhdx, on: x86AndARM),
        Platform("ibmcloud", .qcow2, on: x86 + ["s390x"]),
        Platform("kubevirt", .containerDisk, on: x86 + ["s390x"], skipCompression: true),
        Platform("metal", .raw, .metal, on: every),
        Platform("metal4k", .raw, .metal, ignitionID: "metal", sectorSize: 4096, on: every),
        Platform("nutanix", .compressedQcow2, on: x86, skipCompression: true),
        Platform(
            "nvidiabluefield", .bfb, on: ["aarch64"], skipCompression: true,
            requires: "the live image's kernel, initramfs and root, and NVIDIA's signed boot images "
                + "(mlxbf-bootimages-signed) with its packer mlx-mkbfb"),
        Platform("openstack", .qcow2, on: x86AndARM + ["ppc64le", "s390x"]),
        Platform("oraclecloud", .qcow2, on: x86AndARM),
        Platform("proxmoxve", .qcow2, on: x86),
        Platform("qemu", .qcow2, on: every),
        Platform(
            SecureExecution.platform, .qcow2, ignitionID: "qemu", on: ["s390x"],
            requires: "an IBM Z machine with Secure Execution, on which genprotimg encrypts the boot image for its host"
        ),
        Platform("virtualbox", .virtualBoxOVA, on: x86, skipCompression: true),
        Platform("vmware", .vmwareOVA, on: x86, skipCompression: true),
        Platform("vultr", .raw, on: x86),
    ]

    private static let x86 = ["x86_64"]
    private static let x86AndARM = ["x86_64", "aarch64"]
    private static let every = ["x86_64", "aarch64", "ppc64le", "s390x", "riscv64"]
}
