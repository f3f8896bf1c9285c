import Foundation
import SystemPackage
import Testing

@testable import HostSystem

@Suite struct KVMProbeTests {
    @Test func probeGuestRunsUnderTheEmulator() async throws {
        let choice = try await KVMProbe(cacheDirectory: nil).probe(.tcg)
        #expect(choice == AcceleratorChoice(accelerator: .tcg, reason: "a probe guest ran with -cpu max"))
    }

    @Test func guestThatDoesNotRunIsSeen() async throws {
        // A processor that does not exist stands for a KVM that does not work: QEMU ends before the guest speaks.
        let choice = try await KVMProbe(cpuModel: "no-such-model", cacheDirectory: nil).probe(.kvm)
        #expect(choice.accelerator == .tcg)
        #expect(choice.reason.contains("-cpu no-such-model ended with status"))
    }

    @Test func romEndsWithAJumpToItsStart() {
        let rom = KVMProbeROM.image
        #expect(rom.count == 65536)
        #expect(rom[0xfff0...].prefix(5) == [0xea, 0x00, 0x00, 0x00, 0xf0])
    }

    @Test func verdictHoldsForOneBootEmulatorAndModel() throws {
        let folder = try TemporaryFolder(prefix: "probe")
        defer { folder.remove() }
        let probe = KVMProbe(cacheDirectory: folder.path.appending("cache"))
        let key = KVMProbe.Key(boot: "a", emulator: "QEMU 7.2", cpuModel: "host")
        let choice = AcceleratorChoice(accelerator: .kvm, reason: "it ran")
        #expect(probe.cached(for: key) == nil)
        probe.store(choice, for: key)
        #expect(probe.cached(for: key) == choice)
        #expect(probe.cached(for: KVMProbe.Key(boot: "b", emulator: "QEMU 7.2", cpuModel: "host")) == nil)
        #expect(probe.cached(for: KVMProbe.Key(boot: "a", emulator: "QEMU 8.0", cpuModel: "host")) == nil)
        #expect(probe.cached(for: KVMProbe.Key(boot: "a", emulator: "QEMU 7.2", cpuModel: "max")) == nil)
    }
}
