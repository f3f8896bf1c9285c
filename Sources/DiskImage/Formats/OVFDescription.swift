import HostSystem

/// The description of a virtual machine (DMTF DSP0243, "Open Virtualization Format" 1.1): two processors, 4 GiB of memory,
/// one disk, one network adapter, started by UEFI. What VMware and VirtualBox want beyond the standard are elements of
/// their own namespaces.
struct OVFDescription {
    private static let processors = 2
    private static let memoryMiB = 4096

    /// What it says about the system.
    let machine: MachineDescription
    /// Whether it is for VirtualBox and not for VMware.
    let isVirtualBox: Bool
    /// The size of the disk in bytes.
    let capacity: Int64
    /// The size of the disk's file in bytes.
    let fileSize: Int64
    /// What VirtualBox's identifiers of disk and machine are derived from.
    let seed: String

    /// The document.
    var text: String {
        """
        <?xml version="1.0" encoding="UTF-8"?>
        <Envelope xmlns="http://schemas.dmtf.org/ovf/envelope/1" \
        xmlns:ovf="http://schemas.dmtf.org/ovf/envelope/1" \
        xmlns:rasd="http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/CIM_ResourceAllocationSettingData" \
        xmlns:vssd="http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/CIM_VirtualSystemSettingData" \
        \(isVirtualBox ? Self.virtualBoxNamespace : Self.vmwareNamespace)>
          <References>
            <File ovf:id="file1" ovf:href="\(OVAArchive.diskName)" ovf:size="\(fileSize)"/>
          </References>
          <DiskSection>
            <Info>The disks</Info>
            <Disk ovf:diskId="disk1" ovf:fileRef="file1" ovf:capacity="\(capacity)" ovf:capacityAllocationUnits="byte" \
        ovf:populatedSize="\(fileSize)" ovf:format="\(Self.diskFormat)"\(isVirtualBox ? " vbox:uuid=\"\(diskUUID)\"" : "")/>
          </DiskSection>
          <NetworkSection>
            <Info>The networks</Info>
            <Network ovf:name="\(network)">
              <Description>The network of the first adapter</Description>
            </Network>
          </NetworkSection>
          <VirtualSystem ovf:id="\(Self.escaped(machine.name))">
            <Info>A virtual machine</Info>
            <Name>\(Self.escaped(machine.summary))</Name>
        \(operatingSystem)
        \(hardware)
        \(product)\(isVirtualBox ? "\n" + virtualBoxMachine : "")
          </VirtualSystem>
        </Envelope>

        """
    }

    private static let diskFormat = "http://www.vmware.com/interfaces/specifications/vmdk.html#streamOptimized"
    private static let vmwareNamespace = #"xmlns:vmw="http://www.vmware.com/schema/ovf""#
    private static let virtualBoxNamespace = #"xmlns:vbox="http://www.virtualbox.org/ovf/machine""#

    private var network: String { isVirtualBox ? "NAT" : "VM Network" }
    private var diskUUID: String { DerivedUUID.make(seed: seed, name: "disk") }

    /// CIM's number 101 is a Linux of 64 bits.
    private var operatingSystem: String {
        let vmware = isVirtualBox ? "" : " vmw:osType=\"\(Self.escaped(machine.vmwareOSType))\""
        let virtualBox = isVirtualBox ? "\n      <vbox:OSType ovf:required=\"false\">Linux_64</vbox:OSType>" : ""
        return """
                <OperatingSystemSection ovf:id="101"\(vmware)>
                  <Info>The operating system</Info>\(virtualBox)
                </OperatingSystemSection>
            """
    }

    private var hardware: String {
        let type = isVirtualBox ? "virtualbox-2.2" : "vmx-\(machine.vmwareHardwareVersion)"
        let controller: Item =
            isVirtualBox
            ? Item(name: "SATA controller", id: 3, type: 20, subtype: "AHCI", address: 0)
            : Item(name: "SCSI controller", id: 3, type: 6, subtype: "VirtualSCSI", address: 0)
        let items = [
            Item(
                name: "\(Self.processors) processors", id: 1, type: 3, units: "hertz * 10^6", quantity: Self.processors),
            Item(
                name: "\(Self.memoryMiB) MiB of memory", id: 2, type: 4, units: "byte * 2^20", quantity: Self.memoryMiB),
            controller,
            Item(name: "Disk", id: 4, type: 17, parent: 3, resource: "ovf:/disk/disk1"),
            Item(
                name: "Network adapter", id: 5, type: 10, subtype: isVirtualBox ? "E1000" : "VmxNet3",
                connection: network),
        ]
        let vmware = """

                  <vmw:Config ovf:required="false" vmw:key="firmware" vmw:value="efi"/>
                  <vmw:Config ovf:required="false" vmw:key="bootOptions.efiSecureBootEnabled" \
            vmw:value="\(machine.vmwareSecureBoot)"/>
            """
        return """
                <VirtualHardwareSection\(isVirtualBox ? "" : " ovf:transport=\"com.vmware.guestInfo\"")>
                  <Info>The hardware</Info>
                  <System>
                    <vssd:ElementName>Virtual hardware family</vssd:ElementName>
                    <vssd:InstanceID>0</vssd:InstanceID>
                    <vssd:VirtualSystemIdentifier>\(Self.escaped(machine.name))</vssd:VirtualSystemIdentifier>
                    <vssd:VirtualSystemType>\(type)</vssd:VirtualSystemType>
                  </System>
            \(items.map(\.text).joined(separator: "\n"))\(isVirtualBox ? "" : vmware)
                </VirtualHardwareSection>
            """
    }

    /// Ignition reads its config from the properties that VMware hands to the guest.
    private var product: String {
        let properties = """

                  <Property ovf:key="guestinfo.ignition.config.data" ovf:type="string" ovf:userConfigurable="true" \
            ovf:value="">
                    <Label>Ignition config</Label>
                    <Description>The Ignition config itself</Description>
                  </Property>
                  <Property ovf:key="guestinfo.ignition.config.data.encoding" ovf:type="string" \
            ovf:userConfigurable="true" ovf:value="">
                    <Label>Encoding of the Ignition config</Label>
                    <Description>base64, gzip+base64, or nothing</Description>
                  </Property>
            """
        return """
                <ProductSection>
                  <Info>The installed software</Info>
                  <Product>\(Self.escaped("\(machine.name) \(machine.summary)"))</Product>
                  <Vendor>\(Self.escaped(machine.name))</Vendor>
                  <Version>\(Self.escaped(machine.version))</Version>\(isVirtualBox ? "" : properties)
                </ProductSection>
            """
    }

    /// VirtualBox takes the firmware from its own description only.
    private var virtualBoxMachine: String {
        """
            <vbox:Machine ovf:required="false" version="1.16-linux" uuid="{\(DerivedUUID.make(seed: seed, name: "machine"))}" \
        name="\(Self.escaped(machine.name))" OSType="Linux_64">
              <ovf:Info>The machine in VirtualBox's own words</ovf:Info>
              <Hardware>
                <CPU count="\(Self.processors)">
                  <PAE enabled="true"/>
                  <LongMode enabled="true"/>
                  <X2APIC enabled="true"/>
                </CPU>
                <Memory RAMSize="\(Self.memoryMiB)"/>
                <Firmware type="EFI"/>
                <Display controller="VMSVGA" VRAMSize="16"/>
                <BIOS>
                  <IOAPIC enabled="true"/>
                </BIOS>
                <Network>
                  <Adapter slot="0" enabled="true" type="virtio">
                    <NAT/>
                  </Adapter>
                </Network>
              </Hardware>
              <StorageControllers>
                <StorageController name="AHCI" type="AHCI" PortCount="1" useHostIOCache="false" Bootable="true">
                  <AttachedDevice type="HardDisk" hotpluggable="false" port="0" device="0">
                    <Image uuid="{\(diskUUID)}"/>
                  </AttachedDevice>
                </StorageController>
              </StorageControllers>
            </vbox:Machine>
        """
    }

    private static func escaped(_ text: String) -> String {
        text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
            .replacing("\"", with: "&quot;")
    }

    /// One piece of hardware; its members stand in the order of the schema, which is that of the alphabet.
    private struct Item {
        let name: String
        let id: Int
        let type: Int
        var subtype: String?
        var address: Int?
        var parent: Int?
        var units: String?
        var quantity: Int?
        var resource: String?
        var connection: String?

        var text: String {
            let members: [(String, String?)] = [
                ("Address", address.map(String.init)), ("AddressOnParent", parent.map { _ in "0" }),
                ("AllocationUnits", units), ("AutomaticAllocation", connection.map { _ in "true" }),
                ("Connection", connection), ("ElementName", name), ("HostResource", resource),
                ("InstanceID", String(id)), ("Parent", parent.map(String.init)), ("ResourceSubType", subtype),
                ("ResourceType", String(type)), ("VirtualQuantity", quantity.map(String.init)),
            ]
            let lines = members.compactMap { name, value in
                value.map { "        <rasd:\(name)>\(OVFDescription.escaped($0))</rasd:\(name)>" }
            }
            return (["      <Item>"] + lines + ["      </Item>"]).joined(separator: "\n")
        }
    }
}
