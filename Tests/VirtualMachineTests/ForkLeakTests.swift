import Foundation
import HostSystem
import SystemPackage
import TestSupport
import Testing

@testable import VirtualMachine

/// Many forks in a row, in a process that does nothing else: the environment says how many.
@Suite(.timeLimit(.minutes(20))) struct ForkLeakTests {
    private static let count = ProcessInfo.processInfo.environment["COSA_TEST_FORKS"].flatMap { Int($0) }

    /// What a fork could leave.
    private struct Belongings: Equatable {
        let openFiles: Int
        let children: [String]
        let temporaryFiles: [String]
        let threads: Int
    }

    private static func belongings(_ folder: FilePath) -> Belongings {
        let children = FileContent.names(in: "/proc").filter { Int32($0) != nil }.filter { number in
            let status = (try? FileContent.read(FilePath("/proc/\(number)/status"))) ?? []
            return String(decoding: status, as: UTF8.self).contains("\nPPid:\t\(getpid())\n")
        }
        return Belongings(
            openFiles: FileContent.names(in: "/proc/self/fd").count, children: children.sorted(),
            temporaryFiles: FileContent.names(in: folder).sorted(),
            threads: FileContent.names(in: "/proc/self/task").count)
    }

    /// The memory that this process holds, in MiB.
    private static func memory() throws -> Int {
        let words = String(decoding: try FileContent.read("/proc/self/statm"), as: UTF8.self).split(separator: " ")
        return (Int(words[1]) ?? 0) * 4096 >> 20
    }

    private func files(_ folder: FilePath) throws -> MachineFiles {
        try FileContent.createDirectory(folder)
        return MachineFiles(output: folder, temporary: folder)
    }

    @Test(.enabled(if: count != nil, "COSA_TEST_FORKS names no number of forks"))
    func forksInARowLeaveNothing() async throws {
        let folder = try TemporaryFolder(prefix: "leak")
        defer { folder.remove() }
        let disk = folder.path.appending("disk.img")
        try BootSector.writeTicker(to: disk)
        let template = try await MachineTemplate.boot(
            MachineDescription(image: disk, memory: 64), identifier: UUID().uuidString, ignition: Array("{}".utf8),
            files: try files(folder.path.appending("template")), accelerator: .tcg, fatalPatterns: []
        ) { machine in
            while machine.consoleTail.isEmpty { try await Task.sleep(for: .milliseconds(5)) }
            return Machine.Boot(identifier: "boot", position: 0)
        }
        func fork(_ count: Int) async throws {
            for _ in 0..<count {
                let place = folder.path.appending("fork")
                let fork = try await template.fork(identifier: UUID().uuidString, files: try files(place))
                #expect(try await fork.ready().identifier == "boot")
                await fork.kill()
                try FileContent.remove(place)
            }
        }
        // The first ones start threads and fill caches that stay.
        try await fork(20)
        let before = Self.belongings(folder.path)
        let memoryBefore = try Self.memory()
        try await fork(try #require(Self.count))
        // The reader of the last machine's sockets may still be on its way out.
        for _ in 0..<1000 where Self.belongings(folder.path).openFiles > before.openFiles {
            try await Task.sleep(for: .milliseconds(5))
        }
        let after = Self.belongings(folder.path)
        #expect(after.openFiles <= before.openFiles, "\(before) \(after)")
        #expect(after.children.count <= before.children.count, "\(before) \(after)")
        #expect(after.temporaryFiles == before.temporaryFiles)
        #expect(after.threads <= before.threads + 8, "\(before) \(after)")
        let memoryAfter = try Self.memory()
        #expect(memoryAfter <= memoryBefore + 16, "\(memoryBefore) MiB became \(memoryAfter) MiB")
    }
}
