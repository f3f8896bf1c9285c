import HostSystem
import Testing

@testable import VirtualMachine

@Suite struct QEMUArgumentsTests {
    private let files = MachineFiles(output: "/out", temporary: "/tmp/k")

    private func arguments(
        _ description: MachineDescription, accelerator: Accelerator = .tcg, hasIgnition: Bool = true
    ) -> String {
        QEMUArguments(
            description, files: files, accelerator: accelerator, identifier: "4c4c4544-0000-4000-8000-000000000001",
            hasIgnition: hasIgnition
        ).arguments.joined(separator: " ")
    }

    @Test func biosMachineUnderTheEmulator() {
        #expect(
            arguments(MachineDescription(image: "/i.qcow2"))
                == "-nodefaults -no-user-config -display none -machine q35 -accel tcg,thread=multi,tb-size=64 -cpu max "
                + "-smp 1 -m 1024M "
                + "-uuid 4c4c4544-0000-4000-8000-000000000001 -object rng-random,id=rng0,filename=/dev/urandom "
                + "-device virtio-rng-pci,rng=rng0 "
                + "-blockdev driver=qcow2,node-name=disk0,discard=unmap,cache.no-flush=on,"
                + "file.driver=file,file.cache.no-flush=on,file.filename=/tmp/k/disk0.qcow2 "
                + "-device virtio-blk-pci,drive=disk0,serial=primary-disk,bootindex=1 "
                + "-netdev user,id=net0,hostfwd=tcp:127.0.0.1:0-:22,restrict=on -device virtio-net-pci,netdev=net0 "
                + "-device virtio-serial-pci,id=ports -chardev socket,id=console,fd=3 -serial chardev:console "
                + "-chardev socket,id=monitor,fd=4 -mon chardev=monitor,mode=control "
                + "-chardev socket,id=port5,fd=5 "
                + "-device virtserialport,bus=ports.0,chardev=port5,name=com.coreos.ignition.journal "
                + "-chardev socket,id=port6,fd=6 -device virtserialport,bus=ports.0,chardev=port6,name=mantlejournal "
                + "-chardev socket,id=port7,fd=7 -device virtserialport,bus=ports.0,chardev=port7,name=com.coreos.kola.ready "
                + "-chardev socket,id=port8,fd=8 -device virtserialport,bus=ports.0,chardev=port8,name=com.coreos.kola.test "
                + "-chardev socket,id=port9,fd=9 -device virtserialport,bus=ports.0,chardev=port9,name=com.coreos.kola.command "
                + "-chardev socket,id=port10,fd=10 -device virtserialport,bus=ports.0,chardev=port10,name=testisocompletion "
                + "-fw_cfg name=opt/com.coreos/config,file=/tmp/k/config.ign")
    }

    @Test func uefiMachineHasFirmwareAndVariablesOfItsOwn() {
        let line = arguments(MachineDescription(image: "/i.qcow2", firmware: .uefi))
        #expect(line.contains("-drive if=pflash,unit=0,format=raw,readonly=on,file=/usr/share/OVMF/OVMF_CODE_4M.fd "))
        #expect(line.contains("-drive if=pflash,unit=1,format=raw,file=/tmp/k/vars.fd "))
    }

    @Test func secureMachineHasTheFirmwareWithKeysAndProtectsItsVariables() {
        let line = arguments(MachineDescription(image: "/i.qcow2", firmware: .uefiSecure))
        #expect(line.contains("-machine q35,smm=on "))
        #expect(
            line.contains(
                "-global driver=cfi.pflash01,property=secure,value=on "
                    + "-drive if=pflash,unit=0,format=raw,readonly=on,file=/usr/share/OVMF/OVMF_CODE_4M.ms.fd "
                    + "-drive if=pflash,unit=1,format=raw,file=/tmp/k/vars.fd "))
        let plain = arguments(MachineDescription(image: "/i.qcow2", firmware: .uefi))
        #expect(!plain.contains("smm") && !plain.contains("property=secure"))
    }

    @Test func kvmMachineHasTheProcessorThatWasProbed() {
        let line = arguments(MachineDescription(image: "/i.qcow2"), accelerator: .kvm)
        #expect(line.contains("-accel kvm -cpu \(KVMProbe().cpuModel) "))
    }

    @Test func descriptionDecides() {
        let line = arguments(
            MachineDescription(
                image: "/i.qcow2", memory: 2048, processors: 3, internet: true, hostname: "a,b", extraArguments: ["-S"]),
            hasIgnition: false)
        #expect(line.contains("-smp 3 -m 2048M "))
        #expect(line.contains("hostfwd=tcp:127.0.0.1:0-:22,hostname=a,,b "))
        #expect(!line.contains("restrict"))
        #expect(!line.contains("fw_cfg"))
        #expect(line.hasSuffix(" -S"))
    }

    @Test func portsOfTheHostLeadToThoseOfTheGuest() {
        var description = MachineDescription(image: "/i.qcow2")
        description.hostPorts = [80, 8443]
        #expect(
            arguments(description).contains(
                "hostfwd=tcp:127.0.0.1:0-:22,hostfwd=tcp:127.0.0.1:80-:80,hostfwd=tcp:127.0.0.1:8443-:8443,restrict=on "
            ))
    }

    @Test func networkOfItsOwnAndProgramToBootFromIt() {
        var description = MachineDescription(image: "/i.qcow2")
        description.networkAddress = "10.9.0.0/24"
        description.netboot = .init(folder: "/tf,tp", file: "a/pxe")
        description.hasIgnitionOnDisk = true
        let line = arguments(description)
        #expect(
            line.contains(
                "-:22,restrict=on,net=10.9.0.0/24,tftp=/tf,,tp,bootfile=/a/pxe -device virtio-net-pci,netdev=net0,bootindex=0 "
            ))
        #expect(!line.contains("fw_cfg"))
        #expect(line.contains("-machine q35,graphics=off "))
    }

    @Test func networkIsWhatADiskThatDoesNotBootIsFollowedBy() {
        var description = MachineDescription(image: nil)
        description.netboot = .init(folder: "/tftp", file: "boot.ipxe", isAfterDisk: true)
        let line = arguments(description)
        #expect(line.contains(",bootfile=/boot.ipxe -device virtio-net-pci,netdev=net0,bootindex=4 "))
        #expect(line.contains("-device virtio-blk-pci,drive=disk0,serial=primary-disk,bootindex=1 "))
    }

    @Test func portIsTheOneThatTheKernelGave() throws {
        let preparation = MachinePreparation(description: MachineDescription(image: "/i.qcow2"), files: files)
        let text = """
            Hub -1 (net0):\r
              Protocol[State]    FD  Source Address  Port   Dest. Address  Port RecvQ SendQ\r
              TCP[HOST_FORWARD]  14       127.0.0.1 40765       10.0.2.15    22     0     0\r
            """
        #expect(try preparation.sshPort(in: text) == 40765)
        #expect(throws: MachineError.self) { try preparation.sshPort(in: "Hub -1 (net0):") }
    }

    @Test func templateAndForkHaveTheSameMemoryFile() {
        func line(_ start: QEMUArguments.Start) -> String {
            QEMUArguments(
                MachineDescription(image: "/i.qcow2"), files: files, accelerator: .tcg, identifier: "x",
                hasIgnition: true, start: start
            ).arguments.joined(separator: " ")
        }
        let memory = "-machine q35,memory-backend=ram"
        let backend = "-object memory-backend-file,mem-path=/proc/self/fd/11"
        #expect(line(.template).contains(memory) && line(.template).contains("\(backend),share=on,id=ram,size=1024M "))
        #expect(!line(.template).contains("-incoming"))
        #expect(line(.fork).contains("\(backend),share=off,id=ram,size=1024M -incoming defer "))
    }

    @Test func trustedModuleIsBehindTheDescriptorAfterThoseOfTheStart() {
        var description = MachineDescription(image: "/i.qcow2")
        #expect(!arguments(description).contains("tpm"))
        description.hasTPM = true
        // The last one with a card on a segment, whose socket comes before.
        for (start, descriptor) in [(QEMUArguments.Start.boot, 11), (.template, 12), (.fork, 13), (.fork, 14)] {
            description.isOnSegment = descriptor == 14
            let line = QEMUArguments(
                description, files: files, accelerator: .tcg, identifier: "x", hasIgnition: true, start: start
            ).arguments.joined(separator: " ")
            #expect(
                line.contains(
                    "-chardev socket,id=tpm,fd=\(descriptor) -tpmdev emulator,id=tpm0,chardev=tpm "
                        + "-device tpm-tis,tpmdev=tpm0 "))
        }
    }

    @Test func sharedFoldersAreServedFromMemoryThatIsShared() throws {
        var description = MachineDescription(image: "/i.qcow2")
        description.hasTPM = true
        description.sharedFolders = try ["/a,/var/a", "/b,/var/b"].map {
            try SharedFolder(parsing: $0, isReadOnly: true)
        }
        let line = arguments(description)
        #expect(line.contains("-machine q35,memory-backend=ram "))
        #expect(line.contains("-object memory-backend-memfd,share=on,id=ram,size=1024M "))
        #expect(
            line.contains(
                "-chardev socket,id=folder0,fd=12 -device vhost-user-fs-pci,chardev=folder0,tag=kola0 "
                    + "-chardev socket,id=folder1,fd=13 -device vhost-user-fs-pci,chardev=folder1,tag=kola1 "))
        #expect(!description.canBeForked)
        description.hasNUMANodes = true
        #expect(arguments(description).contains("-object memory-backend-memfd,share=on,id=ram1,size=512M -numa "))
        #expect(!arguments(description).contains("memory-backend=ram"))
    }

    @Test func segmentIsTheLastOfTheOpenFiles() {
        var description = MachineDescription(image: "/i.qcow2")
        description.isOnSegment = true
        for (start, number) in [(QEMUArguments.Start.boot, 11), (.template, 12), (.fork, 13)] {
            let line = QEMUArguments(
                description, files: files, accelerator: .tcg, identifier: "x", hasIgnition: true, start: start
            ).arguments.joined(separator: " ")
            #expect(
                line.contains(
                    "-netdev dgram,id=segment,local.type=fd,local.str=\(number) "
                        + "-device virtio-net-pci,netdev=segment,mac=52:54:00:6b:00:00 "))
        }
    }

    @Test func disksAreWhatTheirTextsSay() throws {
        var description = MachineDescription(
            image: "/i.qcow2", primaryDisk: try VirtualDisk(parsing: "mpath", sizeIsOptional: true))
        description.additionalDisks = try ["1G:4k", "2G:channel=nvme,serial=fast", "3G:channel=scsi,wwn=7,512e"].map {
            try VirtualDisk(parsing: $0)
        }
        let line = arguments(description)
        for path in 0...1 {
            #expect(
                line.contains(
                    "-device virtio-scsi-pci,id=path0\(path) -device scsi-hd,bus=path0\(path).0,drive=disk0,share-rw=on,"
                        + "vendor=NVME,product=VirtualMultipath,wwn=5764824127177228288,serial=primary-disk,"
                        + "bootindex=\(path + 1) "))
        }
        #expect(
            line.contains(
                "-device virtio-blk-pci,drive=disk1,serial=disk1,physical_block_size=4096,logical_block_size=4096 "))
        #expect(line.contains("-device nvme,drive=disk2,serial=fast "))
        #expect(
            line.contains(
                "-device virtio-scsi-pci,id=scsi3 -device scsi-hd,bus=scsi3.0,drive=disk3,wwn=7,serial=disk3,"
                    + "physical_block_size=4096,logical_block_size=512 "))
        #expect(line.contains("file.filename=/tmp/k/disk3.qcow2 "))
    }

    @Test func primaryDiskIsBehindASocketOrHasOptionsOfItsOwn() {
        var description = MachineDescription(image: "/i.qcow2", primaryDisk: VirtualDisk(sectors: .large))
        description.hasTPM = true
        description.primaryDisk.isOverSocket = true
        #expect(
            arguments(description).contains(
                "-blockdev driver=nbd,node-name=disk0,discard=unmap,server.type=fd,server.str=12,export=disk "
                    + "-device virtio-blk-pci,drive=disk0,serial=primary-disk,"))
        #expect(!description.canBeForked)
        description.primaryDisk.isOverSocket = false
        description.primaryDisk.driveOptions = "cache=none,aio=native"
        #expect(
            arguments(description).contains(
                "-drive if=none,node-name=disk0,format=qcow2,file=/tmp/k/disk0.qcow2,discard=unmap,"
                    + "cache=none,aio=native -device virtio-blk-pci,drive=disk0,serial=primary-disk,"))
        #expect(description.canBeForked)
    }

    @Test func liveImageBootsAfterTheDiskAndBeforeItWhereItIsADisk() {
        var description = MachineDescription(image: nil)
        description.iso = LiveISO(path: "/a,b.iso")
        let block = "-blockdev driver=raw,node-name=iso,read-only=on,file.driver=file,file.filename=/a,,b.iso "
        #expect(
            arguments(description).contains(
                block + "-device virtio-scsi-pci,id=cd -device scsi-cd,bus=cd.0,drive=iso,bootindex=3 "))
        #expect(arguments(description).contains("drive=disk0,serial=primary-disk,bootindex=1 "))
        description.iso?.isDisk = true
        #expect(arguments(description).contains(block + "-device virtio-blk-pci,drive=iso,bootindex=0 "))
    }

    @Test func containerArchiveIsADiskThatIsOnlyRead() {
        var description = MachineDescription(image: "/i.qcow2")
        description.containerArchive = "/a.ociarchive"
        #expect(
            arguments(description).contains(
                "-blockdev driver=raw,node-name=archive,read-only=on,file.driver=file,file.filename=/a.ociarchive "
                    + "-device virtio-blk-pci,drive=archive,serial=kola-ociarchive "))
        #expect(MachineDescription.containerArchiveDevice == "/dev/disk/by-id/virtio-kola-ociarchive")
        #expect(description.canBeForked)
    }

    @Test func cardsAndNodesAreWhatIsAskedFor() {
        var description = MachineDescription(image: "/i.qcow2", memory: 1025, processors: 3)
        description.additionalNetworkCards = 2
        description.hasNUMANodes = true
        let line = arguments(description)
        #expect(line.contains("-netdev user,id=net2,net=10.0.4.0/24,restrict=on -device virtio-net-pci,netdev=net2 "))
        #expect(
            line.contains(
                "-object memory-backend-ram,id=ram0,size=512M -numa node,nodeid=0,memdev=ram0,cpus=0-0 "
                    + "-object memory-backend-ram,id=ram1,size=513M -numa node,nodeid=1,memdev=ram1,cpus=1-2 "))
        #expect(line.contains("-smp 3,sockets=3 "))
        #expect(!description.canBeForked)
    }
}
