import Foundation
import SystemPackage

/// How much of this host the line's processes and machines may use.
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

    /// The memory that is free now, in MiB; nil where the kernel does not say. In a container with a limit, what is left
    /// of that where it is less.
    public static var availableMemory: Int? {
        guard let text = try? FileContent.read("/proc/meminfo") else { return nil }
        for line in String(decoding: text, as: UTF8.self).split(separator: "\n") where line.hasPrefix("MemAvailable:") {
            let host = line.split(separator: " ").dropFirst().first.flatMap { Int($0) }.map { $0 / 1024 }
            return host.map { min($0, containerMemory ?? $0) }
        }
        return nil
    }

    /// What a container's limit (cgroup 2) leaves, in MiB; nil where there is none.
    private static var containerMemory: Int? {
        func number(_ name: String) -> Int? {
            guard let text = try? FileContent.read(FilePath("/sys/fs/cgroup/\(name)")) else { return nil }
            return Int(String(decoding: text, as: UTF8.self).filter { !$0.isWhitespace })
        }
        guard let limit = number("memory.max"), let used = number("memory.current") else { return nil }
        return max(0, limit - used) >> 20
    }
}
