import HostSystem
import SystemPackage

/// The command line of QEMU for a machine. Pure: equal inputs give equal arguments.
public struct QEMUArguments: Sendable {
    /// The channels that QEMU gets as open sockets, in the order of their numbers from 3 on.
    public enum Channel: Sendable, Hashable {
        /// The first serial port.
        case console
        /// QEMU's machine protocol.
        case monitor
        /// A virtio-serial port.
        case port(GuestPort)

        /// All of them.
        public static let all: [Channel] = [.console, .monitor] + GuestPort.allCases.map(Channel.port)
    }

    /// Where a machine's memory comes from, and what it holds.
    public enum Start: Sendable, Equatable {
        /// New memory: the machine boots.
        case boot
        /// New memory in an open file: the machine boots, and can be saved.
        case template
        /// A private copy of a saved machine's memory, page by page as it is written to; the machine goes on from there.
        case fork

        /// How many open files it needs, after those of the channels.
        var descriptorCount: Int {
            switch self {
            case .boot: 0
            case .template: 1
            case .fork: 2
            }
        }
    }

    let description: MachineDescription
    let files: MachineFiles
    let accelerator: Accelerator
    /// The machine's UUID, lower case; the guest sees it in its DMI table.
    let identifier: String
    let hasIgnition: Bool
    let start: Start

    /// The arguments for `description`.
    public init(
        _ description: MachineDescription, files: MachineFiles, accelerator: Accelerator, identifier: String,
        hasIgnition: Bool, start: Start = .boot
    ) {
        self.description = description
        self.files = files
        self.accelerator = accelerator
        self.identifier = identifier
        self.hasIgnition = hasIgnition
        self.start = start
    }

    /// The number of the open file that holds the memory; after it comes that of the saved state.
    static let memoryDescriptor = 3 + Channel.all.count

    /// The number of the open socket that leads to the machine's ``NetworkSegment``.
    private var segmentDescriptor: Int { Self.memoryDescriptor + start.descriptorCount }

    /// The number of the first socket that leads to a helper.
    var firstHelperDescriptor: Int { segmentDescriptor + (description.isOnSegment ? 1 : 0) }

    /// The address of a card on a segment. Forks have it from their template, and get one of their own in the guest.
    public static let segmentAddress = "52:54:00:6b:00:00"

    /// The program.
    public static let emulator = "qemu-system-x86_64"

    /// The `-cpu` model: under KVM the one that ``KVMProbe`` tries.
    public static func cpuModel(_ accelerator: Accelerator) -> String { accelerator == .kvm ? "host" : "max" }

    /// The `-accel` option.
    ///
    /// QEMU keeps the code that it translated over a guest's reboot, and every write to memory that once held code then
    /// goes a slow way: with the default of a gigabyte a second boot takes three times as long as the first. A small buffer
    /// is emptied often enough. It is in MiB.
    static func acceleratorOption(_ accelerator: Accelerator) -> String {
        accelerator == .kvm ? "kvm" : "tcg,thread=multi,tb-size=64"
    }

    /// All arguments after the program's name.
    public var arguments: [String] {
        machine + memory + firmware + disks + network + channels + helpers + media + ignition
            + description.extraArguments
    }

    private var machine: [String] {
        [
            "-nodefaults", "-no-user-config", "-display", "none", "-machine", machineType,
            "-accel", Self.acceleratorOption(accelerator), "-cpu", Self.cpuModel(accelerator),
            "-smp", processors, "-m", "\(description.memory)M", "-uuid", identifier,
            "-object", "rng-random,id=rng0,filename=/dev/urandom", "-device", "virtio-rng-pci,rng=rng0",
        ]
    }

    private var machineType: String {
        var type = "q35"
        // What protects the variables of Secure Boot runs in the processor's management mode.
        if description.firmware == .uefiSecure { type += ",smm=on" }
        if memoryBackend != nil { type += ",memory-backend=ram" }
        // Who boots over the network looks at what the firmware says about it, which then is on the serial console.
        if description.netboot != nil { type += ",graphics=off" }
        return type
    }

    /// With NUMA each processor has a socket of its own: Linux warns of a socket that is on two nodes.
    private var processors: String {
        description.hasNUMANodes
            ? "\(description.processors),sockets=\(description.processors)" : "\(description.processors)"
    }

    private var memory: [String] {
        guard let memoryBackend else { return description.hasNUMANodes ? nodes : [] }
        return ["-object", "\(memoryBackend),id=ram,size=\(description.memory)M"]
            + (start == .fork ? ["-incoming", "defer"] : [])
    }

    /// Where memory comes from that is in one piece; nil where nobody cares.
    ///
    /// Memory in a shared file is left out of the saved state, which then is less than a megabyte; a fork maps the file
    /// privately and so starts at once. What serves a folder writes to the guest's memory.
    private var memoryBackend: String? {
        let file = "memory-backend-file,mem-path=/proc/self/fd/\(Self.memoryDescriptor)"
        switch start {
        case .template: return "\(file),share=on"
        case .fork: return "\(file),share=off"
        case .boot: return description.hasNUMANodes || description.sharedFolders.isEmpty ? nil : Self.sharedMemory
        }
    }

    private static let sharedMemory = "memory-backend-memfd,share=on"

    /// Two nodes with half of the memory and of the processors each; what is odd is on the second.
    private var nodes: [String] {
        let memory = description.memory / 2
        let processors = description.processors / 2
        let backend = description.sharedFolders.isEmpty ? "memory-backend-ram" : Self.sharedMemory
        let halves = [(memory, 0..<processors), (description.memory - memory, processors..<description.processors)]
        return halves.enumerated().flatMap { index, half in
            [
                "-object", "\(backend),id=ram\(index),size=\(half.0)M", "-numa",
                "node,nodeid=\(index),memdev=ram\(index),cpus=\(half.1.lowerBound)-\(half.1.upperBound - 1)",
            ]
        }
    }

    private var disks: [String] {
        description.disks.enumerated().flatMap { index, disk in
            DiskArguments(disk: disk, path: files.disk(index), index: index, descriptor: descriptor(of: .disk(index)))
                .arguments
        }
    }

    private var network: [String] {
        // Port 0: the kernel takes a free one at the moment that it is bound. QMP says which.
        var options = "user,id=net0,hostfwd=tcp:127.0.0.1:0-:22"
        for port in description.hostPorts { options += ",hostfwd=tcp:127.0.0.1:\(port)-:\(port)" }
        if !description.internet { options += ",restrict=on" }
        if let hostname = description.hostname { options += ",hostname=\(hostname.inOptionList)" }
        if let address = description.networkAddress { options += ",net=\(address.inOptionList)" }
        if let netboot = description.netboot {
            options += ",tftp=\(netboot.folder.string.inOptionList),bootfile=/\(netboot.file.inOptionList)"
        }
        let more = (1...).prefix(description.additionalNetworkCards).flatMap { number in
            // Addresses of their own, so that a guest tells the cards apart.
            [
                "-netdev", "user,id=net\(number),net=10.0.\(2 + number).0/24,restrict=on",
                "-device", "virtio-net-pci,netdev=net\(number)",
            ]
        }
        // Before the disk, which has 1, or after both of its paths and a CD.
        let order = description.netboot.map { ",bootindex=\($0.isAfterDisk ? 4 : 0)" } ?? ""
        return ["-netdev", options, "-device", "virtio-net-pci,netdev=net0\(order)"] + more + segment
    }

    private var segment: [String] {
        guard description.isOnSegment else { return [] }
        return [
            "-netdev", "dgram,id=segment,local.type=fd,local.str=\(segmentDescriptor)",
            "-device", "virtio-net-pci,netdev=segment,mac=\(Self.segmentAddress)",
        ]
    }

    private var channels: [String] {
        var arguments: [String] = ["-device", "virtio-serial-pci,id=ports"]
        for (index, channel) in Channel.all.enumerated() {
            let number = 3 + index
            switch channel {
            case .console:
                arguments += ["-chardev", "socket,id=console,fd=\(number)", "-serial", "chardev:console"]
            case .monitor:
                arguments += ["-chardev", "socket,id=monitor,fd=\(number)", "-mon", "chardev=monitor,mode=control"]
            case .port(let port):
                arguments += [
                    "-chardev", "socket,id=port\(number),fd=\(number)",
                    "-device", "virtserialport,bus=ports.0,chardev=port\(number),name=\(port.rawValue)",
                ]
            }
        }
        return arguments
    }

    private var helpers: [String] { description.helpers.flatMap(arguments(of:)) }

    private var ignition: [String] {
        hasIgnition && !description.hasIgnitionOnDisk
            ? ["-fw_cfg", "name=opt/com.coreos/config,file=\(files.ignition.string.inOptionList)"] : []
    }
}
