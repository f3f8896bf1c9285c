import Testing

@testable import DiskImage

@Suite("Platforms")
struct PlatformTests {
    @Test("the table has coreos-assembler's platforms, sorted by name, each once")
    func table() {
        let names = Platform.all.map(\.name)
        #expect(names == Set(names).sorted())
        // src/cmd-osbuild and src/cosalib/ova.py, but for `live`.
        let upstream = [
            "aliyun": "qcow2", "applehv": "raw", "aws": "vmdk", "azure": "vhd", "azurestack": "vhd",
            "digitalocean": "qcow2", "exoscale": "qcow2", "gcp": "tar.gz", "hetzner": "raw", "hyperv": "vhdx",
            "ibmcloud": "qcow2", "kubevirt": "ociarchive", "metal4k": "raw", "metal": "raw", "nutanix": "qcow2",
            "nvidiabluefield": "bfb", "openstack": "qcow2", "oraclecloud": "qcow2", "proxmoxve": "qcow2",
            "qemu": "qcow2", "qemu-secex": "qcow2", "vultr": "raw", "vmware": "ova", "virtualbox": "ova",
        ]
        #expect(Dictionary(uniqueKeysWithValues: Platform.all.map { ($0.name, $0.suffix) }) == upstream)
    }

    @Test("what is compressed inside is not compressed again")
    func compression() {
        #expect(
            Platform.all.filter(\.skipCompression).map(\.name)
                == ["gcp", "kubevirt", "nutanix", "nvidiabluefield", "virtualbox", "vmware"])
    }

    @Test("an unknown platform is named, with those that exist")
    func unknown() {
        let error = #expect(throws: DiskImageError.self) { try Platform.named("floppy", basearch: "x86_64") }
        #expect(error?.description.hasPrefix("there is no platform floppy: known are aliyun, applehv, aws,") == true)
    }

    @Test("a platform of other machines is refused with those that it is for")
    func otherArchitecture() {
        let error = #expect(throws: DiskImageError.self) { try Platform.named("qemu-secex", basearch: "x86_64") }
        #expect(error?.description == "there is no qemu-secex for x86_64: it is for s390x")
        let bluefield = #expect(throws: DiskImageError.self) {
            try Platform.named("nvidiabluefield", basearch: "x86_64")
        }
        #expect(bluefield?.description == "there is no nvidiabluefield for x86_64: it is for aarch64")
        #expect(Platform.all(for: "riscv64").map(\.name) == ["metal", "metal4k", "qemu"])
    }
}
