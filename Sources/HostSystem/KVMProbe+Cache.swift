import Foundation
import SystemPackage

extension KVMProbe {
    /// What a verdict holds for: another boot, QEMU or processor model needs a new one.
    struct Key: Codable, Equatable, Sendable {
        let boot: String
        let emulator: String
        let cpuModel: String

        init(boot: String, emulator: String, cpuModel: String) {
            self.boot = boot
            self.emulator = emulator
            self.cpuModel = cpuModel
        }

        init(emulator: String, cpuModel: String) async throws {
            let boot = try FileContent.read("/proc/sys/kernel/random/boot_id")
            let version = try await Command(emulator, ["--version"]).run().text
            self.init(
                boot: String(decoding: boot, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines),
                emulator: version.split(whereSeparator: \.isNewline).first.map(String.init) ?? version,
                cpuModel: cpuModel)
        }
    }

    private struct Entry: Codable {
        let key: Key
        let choice: AcceleratorChoice
    }

    private var cacheFile: FilePath? { cacheDirectory?.appending("kvm-probe.json") }

    func cached(for key: Key) -> AcceleratorChoice? {
        guard let cacheFile, let bytes = try? FileContent.read(cacheFile),
            let entry = try? JSONDecoder().decode(Entry.self, from: Data(bytes)), entry.key == key
        else { return nil }
        return entry.choice
    }

    /// Keeps a verdict. A cache that cannot be written costs the next run a probe, no more.
    func store(_ choice: AcceleratorChoice, for key: Key) {
        guard let cacheDirectory, let cacheFile, let data = try? JSONEncoder().encode(Entry(key: key, choice: choice))
        else { return }
        try? FileManager.default.createDirectory(atPath: cacheDirectory.string, withIntermediateDirectories: true)
        try? AtomicFile.write(Array(data), to: cacheFile)
    }
}
