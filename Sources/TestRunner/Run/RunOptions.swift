import ContainerImage
import HostSystem
import Ignition
import SystemPackage
import VirtualMachine

/// What to run, on what, and how.
public struct RunOptions: Sendable {
    /// How many tests may run at the same time.
    public enum Parallelism: Sendable, Equatable {
        /// This many.
        case count(Int)
        /// One for each processor that this process may use.
        case auto
    }

    /// Which tests.
    public var selection = TestSelection()
    /// Projects with external tests.
    public var externalDirectories: [FilePath] = []
    /// The folder with the `tests/kola` into which projects install tests; nil for none.
    public var installedTests: FilePath?
    /// How many copies of each test run.
    public var multiply = 1
    /// The part of the tests that runs here; nil for all.
    public var shard: Shard?
    /// Tests that fail run once more, and count as passed if they pass then.
    public var rerun = false
    /// Where the tests' durations are remembered; nil for nowhere.
    public var durations: DurationStore?
    /// More patterns of tests that do not run.
    public var denied: [String] = []
    /// A denylist file; nil for none.
    public var denylist: FilePath?
    /// The build's stream, for the denylist.
    public var stream: String?
    /// The disk image.
    public var image: FilePath
    /// Why no test but those of live images can run, where the build has no disk image.
    public var imageProblem: TestRunnerError?
    /// The live ISO for tests that boot it; nil where there is none.
    public var iso: FilePath?
    /// What of the build live tests boot and install; nil where no build is known.
    public var live: LiveArtifacts?
    /// Images that installers fetch need no signature.
    public var installsUnsigned = false
    /// Kernel arguments of network boots, besides those that they need.
    public var netbootKernelArguments: [String] = []
    /// Machines of the platform `qemu-iso` have the ISO as a disk, not as a CD.
    public var isoIsDisk = false
    /// The OS as a container image, an OCI archive; nil where there is none.
    public var containerArchive: FilePath?
    /// A container image with the OS that machines are moved to before their tests; nil for that of the disk image.
    public var container: ImageSource?
    /// What the image must be.
    public var system = SystemUnderTest()
    /// The firmware of tests that do not name one.
    public var firmware = MachineDescription.Firmware.bios
    /// The image reads its Ignition config from the boot partition (``ImagePlatform``).
    public var hasIgnitionOnDisk = false
    /// Memory in MiB of machines whose test does not need more; nil for 1024.
    public var memory: Int?
    /// The size of the primary disk in bytes where it is to be larger than the image.
    public var diskSize: Int64?
    /// Machines have a TPM.
    public var hasTPM = false
    /// What the primary disk is where its test does not say.
    public var primaryDisk = VirtualDisk()
    /// Folders of the host that every guest mounts, besides those of its test.
    public var sharedFolders: [SharedFolder] = []
    /// Configs that are merged into that of every machine; their warnings are told and fail nothing.
    public var appended: [IgnitionConfig] = []
    /// The newest spec that the Ignition of the image takes.
    public var ignitionSpec = SpecVersion.guestDefault
    /// Units that run with `SYSTEMD_LOG_LEVEL=debug`.
    public var debugUnits: [String] = []
    /// Shows the machine of a test that failed to somebody before it ends; the test's limit does not count meanwhile.
    public var onFailure: (@Sendable (FailedMachine) async -> Void)?
    /// Tests that ask for the same machine share its boot: each gets a copy of it. Off, each boots its own.
    public var forks = true
    /// How many tests at the same time.
    public var parallel = Parallelism.count(1)
    /// All limits of time are longer by this many percent.
    public var extendTimeoutPercentage = 0
    /// The working directory of cosa, or any other folder.
    public var workdir: FilePath = "."
    /// The output folder; nil for the default one.
    public var outputDirectory: FilePath?
    /// Where else the TAP report goes.
    public var tapFile: FilePath?
    /// The accelerator; nil to find out.
    public var accelerator: AcceleratorChoice?
    /// The command line, for `properties.json`.
    public var commandLine: [String] = []

    /// The usual run of an image.
    public init(image: FilePath) { self.image = image }

    /// The limit of a test that names none.
    static let defaultTimeoutMinutes = 10

    /// How long `test` may take.
    func timeout(of test: KolaTest) -> Duration {
        let minutes = test.metadata.timeoutMin ?? Self.defaultTimeoutMinutes
        return .seconds(minutes * 60 * (100 + extendTimeoutPercentage) / 100)
    }

    /// The memory in MiB of each machine of `test`.
    func memory(of test: KolaTest) -> Int { max(memory ?? 1024, test.metadata.minMemory ?? 0) }

    /// The processors of each machine of `test`: one for each NUMA node.
    private func processors(of test: KolaTest) -> Int { test.metadata.numaNodes == true ? 2 : 1 }

    /// How a test boots the live ISO.
    enum ISOKind: String {
        /// From a CD drive.
        case compactDisc = "iso"
        /// From a disk.
        case disk = "iso-as-disk"
    }

    /// How `test` boots the live ISO; nil where it boots the disk image.
    func bootsISO(_ test: KolaTest) -> ISOKind? {
        if let own = test.metadata.bootFrom.flatMap(ISOKind.init(rawValue:)) { return own }
        return selection.platform == TestSelection.isoPlatform ? (isoIsDisk ? .disk : .compactDisc) : nil
    }

    /// What `test` takes of the host while it runs.
    func demand(of test: KolaTest) -> MachineSlots.Demand {
        MachineSlots.Demand(
            memory: memory(of: test) * test.machineCount, ports: Set(test.metadata.requiredHostPorts),
            processors: processors(of: test) * test.machineCount)
    }

    /// The machine of `test`.
    ///
    /// - Throws: ``MachineError`` for a disk that no machine has.
    func machine(of test: KolaTest) throws -> MachineDescription {
        let metadata = test.metadata
        let own = try metadata.primaryDisk.map { try VirtualDisk(parsing: $0, sizeIsOptional: true) }
        var primary = own?.completed(by: primaryDisk) ?? primaryDisk
        primary.size = [primary.size, diskSize, metadata.minDisk.map { Int64($0) << 30 }].compactMap { $0 }.max()
        let hasNUMANodes = metadata.numaNodes ?? false
        var machine = MachineDescription(
            image: image, primaryDisk: primary, firmware: test.firmware ?? firmware, memory: memory(of: test),
            processors: processors(of: test), internet: test.has(tag: SpecialTag.needsInternet))
        machine.additionalDisks = try metadata.additionalDisks.map { try VirtualDisk(parsing: $0) }
        machine.additionalNetworkCards = metadata.additionalNics ?? 0
        machine.hasNUMANodes = hasNUMANodes
        machine.isOnSegment = test.machineCount > 1
        machine.hasTPM = hasTPM
        machine.hostPorts = metadata.requiredHostPorts
        machine.hasIgnitionOnDisk = hasIgnitionOnDisk
        machine.containerArchive = metadata.injectContainer == true ? containerArchive : nil
        if let kind = bootsISO(test) {
            machine.image = nil
            machine.hasIgnitionOnDisk = false
            machine.iso = iso.map { LiveISO(path: $0, isDisk: kind == .disk) }
        }
        machine.sharedFolders =
            try sharedFolders + metadata.bindMountHostRO.map { try SharedFolder(parsing: $0, isReadOnly: true) }
        machine.kernelArguments = metadata.appendKernelArgs ?? ""
        machine.firstBootKernelArguments = metadata.appendFirstbootKernelArgs ?? ""
        return machine
    }
}
