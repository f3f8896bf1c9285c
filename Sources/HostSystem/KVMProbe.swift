import Foundation
import SystemPackage

/// Finds out whether guests run under KVM here: by running one.
///
/// A `/dev/kvm` that opens proves nothing: there are machines where creating a virtual machine works and its first
/// instruction, or only `-cpu host`, does not.
public struct KVMProbe: Sendable {
    /// The QEMU program that the guests will run in.
    public let emulator: String
    /// The `-cpu` model that the guests will have under KVM.
    public let cpuModel: String
    /// Where verdicts are kept; nil for nowhere.
    public let cacheDirectory: FilePath?
    /// How long the probe guest may take, in seconds.
    public let limit: Int

    /// A probe of `emulator` with `cpuModel`.
    public init(
        emulator: String = "qemu-system-x86_64", cpuModel: String = "host",
        cacheDirectory: FilePath? = KVMProbe.userCacheDirectory, limit: Int = 5
    ) {
        self.emulator = emulator
        self.cpuModel = cpuModel
        self.cacheDirectory = cacheDirectory
        self.limit = limit
    }

    /// `coreos-swift` in the user's cache folder (`XDG_CACHE_HOME`, else `~/.cache`); nil where there is no home.
    public static var userCacheDirectory: FilePath? {
        let environment = ProcessInfo.processInfo.environment
        if let path = environment["XDG_CACHE_HOME"], path.hasPrefix("/") {
            return FilePath(path).appending("coreos-swift")
        }
        return environment["HOME"].map { FilePath($0).appending(".cache/coreos-swift") }
    }

    /// The accelerator for guests: KVM only where a guest was seen to run under it. `COSA_NO_KVM` (not empty) forces TCG.
    ///
    /// - Throws: ``CommandError`` where QEMU cannot be started at all.
    public func choose() async throws -> AcceleratorChoice {
        if let value = ProcessInfo.processInfo.environment["COSA_NO_KVM"], !value.isEmpty {
            return AcceleratorChoice(accelerator: .tcg, reason: "COSA_NO_KVM is set")
        }
        guard access("/dev/kvm", F_OK) == 0 else {
            return AcceleratorChoice(accelerator: .tcg, reason: "there is no /dev/kvm")
        }
        guard access("/dev/kvm", R_OK | W_OK) == 0 else {
            return AcceleratorChoice(
                accelerator: .tcg, reason: "/dev/kvm may not be opened by this user (is the user in the group kvm?)")
        }
        let key = try await Key(emulator: emulator, cpuModel: cpuModel)
        if let known = cached(for: key) { return known }
        let choice = try await probe(.kvm)
        store(choice, for: key)
        return choice
    }

    /// Runs the probe guest under `accelerator` and says whether it ran; the choice is TCG where it did not.
    ///
    /// - Throws: ``CommandError`` where QEMU cannot be started at all; `Errno` where no temporary folder can be made.
    public func probe(_ accelerator: Accelerator) async throws -> AcceleratorChoice {
        let directory = try TemporaryFolder()
        defer { directory.remove() }
        let rom = directory.path.appending("rom.bin")
        let console = directory.path.appending("console")
        let log = directory.path.appending("log")
        try AtomicFile.write(KVMProbeROM.image, to: rom)
        let command = Command(
            emulator,
            [
                "-accel", accelerator.rawValue, "-cpu", accelerator == .kvm ? cpuModel : "max", "-m", "16", "-M", "pc",
                "-nodefaults", "-no-user-config", "-display", "none", "-no-reboot", "-bios", rom.string,
                "-debugcon", "file:\(console)",
                "-device", "isa-debug-exit,iobase=0x\(String(KVMProbeROM.exitPort, radix: 16)),iosize=0x04",
            ])
        let process = try BackgroundProcess(command, streams: .file(log), coreDumps: false)
        let watchdog = Task { [limit] in
            try await Task.sleep(for: .seconds(limit))
            process.kill()
        }
        let status = await process.exit() ?? -1
        watchdog.cancel()
        let said = (try? FileContent.read(console)) ?? []
        if status == KVMProbeROM.exitStatus, said == [KVMProbeROM.letter] {
            return AcceleratorChoice(
                accelerator: accelerator,
                reason: "a probe guest ran with -cpu \(accelerator == .kvm ? cpuModel : "max")")
        }
        let last =
            String(decoding: (try? FileContent.read(log)) ?? [], as: UTF8.self)
            .split(whereSeparator: \.isNewline).last.map { ": \($0)" } ?? ""
        let what = status == 137 ? "hung for \(limit) s" : "ended with status \(status)"
        return AcceleratorChoice(
            accelerator: .tcg,
            reason: "/dev/kvm is there, but a probe guest with -cpu \(cpuModel) \(what)\(last)")
    }
}
