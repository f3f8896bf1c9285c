import Foundation
import HostSystem
import SystemPackage
import TestSupport
import Testing

@testable import DiskImage

/// Virtual machines as files.
@Suite("OVA files")
struct VirtualMachineFileTests {
    /// Prints what the description says, with the elements' namespaces spelled out.
    private static let reader = """
        import sys, tarfile, xml.etree.ElementTree as tree
        archive = tarfile.open(sys.argv[1])
        members = archive.getmembers()
        print([m.name for m in members], {m.type for m in members}, {(m.uid, m.gid, m.mtime) for m in members})
        raw = open(sys.argv[1], "rb").read(512)
        print(raw[257:265])
        root = tree.fromstring(archive.extractfile(members[0]).read())
        ovf = "{http://schemas.dmtf.org/ovf/envelope/1}"
        rasd = "{http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/CIM_ResourceAllocationSettingData}"
        vssd = "{http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/CIM_VirtualSystemSettingData}"
        vmw = "{http://www.vmware.com/schema/ovf}"
        vbox = "{http://www.virtualbox.org/ovf/machine}"
        file = root.find(f".//{ovf}File")
        disk = root.find(f".//{ovf}Disk")
        print(file.get(ovf + "href"), file.get(ovf + "size") == str(members[1].size), disk.get(ovf + "capacity"),
              disk.get(ovf + "fileRef") == file.get(ovf + "id"))
        print(root.find(f".//{ovf}VirtualSystem/{ovf}Name").text, root.find(f".//{vssd}VirtualSystemType").text)
        print(root.find(f".//{ovf}OperatingSystemSection").get(vmw + "osType"))
        print(sorted(int(i.text) for i in root.iter(rasd + "ResourceType")))
        print({c.get(vmw + "key"): c.get(vmw + "value") for c in root.iter(vmw + "Config")})
        print([p.get(ovf + "key") for p in root.iter(ovf + "Property")])
        print([f.get("type") for f in root.iter(ovf + "Firmware")])
        uuid = disk.get(vbox + "uuid")
        print(uuid is not None and [i.get("uuid") for i in root.iter(ovf + "Image")] == ["{" + uuid + "}"])
        """

    @Test("VMware's has the description first, with what image.yaml says, and Ignition's properties")
    func vmware() async throws {
        let images = try await DerivedImages()
        defer { images.keep() }
        let output = try await images.derive("vmware")
        let lines = try await images.python(Self.reader, output.string).split(separator: "\n").map(String.init)
        #expect(
            lines == [
                "['coreos.ovf', 'disk.vmdk'] {b'0'} {(0, 0, \(images.raw.timestamp))}", #"b'ustar\x0000'"#,
                "disk.vmdk True \(Int64(2) << 30) True", "Small & <new> vmx-19", "fedora64Guest", "[3, 4, 6, 10, 17]",
                "{'firmware': 'efi', 'bootOptions.efiSecureBootEnabled': 'true'}",
                "['guestinfo.ignition.config.data', 'guestinfo.ignition.config.data.encoding']", "[]", "False",
            ])
        try await checkDisk(of: output, images, platform: "vmware")
    }

    @Test("VirtualBox's has the machine in VirtualBox's own words, which start it by UEFI from this disk")
    func virtualBox() async throws {
        let images = try await DerivedImages()
        defer { images.keep() }
        let output = try await images.derive("virtualbox")
        let lines = try await images.python(Self.reader, output.string).split(separator: "\n").map(String.init)
        #expect(
            lines == [
                "['coreos.ovf', 'disk.vmdk'] {b'0'} {(0, 0, \(images.raw.timestamp))}", #"b'ustar\x0000'"#,
                "disk.vmdk True \(Int64(2) << 30) True", "Small & <new> virtualbox-2.2", "None", "[3, 4, 10, 17, 20]",
                "{}", "[]", "['EFI']", "True",
            ])
        try await checkDisk(of: output, images, platform: "virtualbox")
    }

    private func checkDisk(of ova: FilePath, _ images: DerivedImages, platform: String) async throws {
        let folder = images.path("unpacked")
        try FileContent.createDirectory(folder)
        try await Command("tar", ["-xf", ova.string, "-C", folder.string]).run()
        let vmdk = folder.appending("disk.vmdk")
        let info = try await Command("qemu-img", ["info", vmdk.string]).run().text
        #expect(info.contains("create type: streamOptimized"))
        let disk = try await images.readBack(vmdk, as: "vmdk")
        #expect(try await images.problems(disk, platform: platform, size: 2 << 30) == [])
    }
}
