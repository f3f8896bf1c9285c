import Foundation
import HostSystem

/// How much of this host machines may use.
public enum HostCapacity {
    /// The processors that this process may use (`kola ncpu`, `--parallel auto`): fewer than the host has where a cgroup
    /// says so.
    public static var processors: Int {
        let count = ProcessInfo.processInfo.activeProcessorCount
        guard let text = try? FileContent.read("/sys/fs/cgroup/cpu.max") else { return count }
        let words = String(decoding: text, as: UTF8.self).split(whereSeparator: \.isWhitespace)
        guard words.count == 2, let quota = Double(words[0]), let period = Double(words[1]), period > 0 else {
            return count
        }
        return max(1, min(count, Int((quota / period).rounded(.up))))
    }

    /// The memory that is free now, in MiB; nil where the kernel does not say.
    static var availableMemory: Int? {
        guard let text = try? FileContent.read("/proc/meminfo") else { return nil }
        for line in String(decoding: text, as: UTF8.self).split(separator: "\n") where line.hasPrefix("MemAvailable:") {
            return line.split(separator: " ").dropFirst().first.flatMap { Int($0) }.map { $0 / 1024 }
        }
        return nil
    }
}

/// Lets tests start when there is a free slot and memory for their machine, in the order in which they asked.
actor MachineSlots {
    private struct Waiter {
        let memory: Int
        let continuation: CheckedContinuation<Void, Never>
    }

    private var freeSlots: Int
    private var freeMemory: Int
    private let allMemory: Int
    private var waiting: [Waiter] = []

    /// - Parameters:
    ///   - slots: how many machines at the same time.
    ///   - memory: how many MiB they may have together.
    init(slots: Int, memory: Int) {
        freeSlots = max(1, slots)
        freeMemory = memory
        allMemory = memory
    }

    /// Waits for a slot and `memory` MiB. A machine that needs more than there is starts alone.
    func take(memory: Int) async {
        let needed = min(memory, allMemory)
        if waiting.isEmpty, freeSlots > 0, needed <= freeMemory {
            freeSlots -= 1
            freeMemory -= needed
            return
        }
        await withCheckedContinuation { waiting.append(Waiter(memory: needed, continuation: $0)) }
    }

    /// Gives back what was taken.
    func giveBack(memory: Int) {
        freeSlots += 1
        freeMemory += min(memory, allMemory)
        while let next = waiting.first, freeSlots > 0, next.memory <= freeMemory {
            waiting.removeFirst()
            freeSlots -= 1
            freeMemory -= next.memory
            next.continuation.resume()
        }
    }
}
