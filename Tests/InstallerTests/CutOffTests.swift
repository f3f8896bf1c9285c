import Foundation
import HostSystem
import SystemPackage
import TestSupport
import Testing

/// The power goes at a moment of choice: a tool of the installer's is replaced by one that kills everything at its n-th call, of dd
/// at the n-th that touches the disk.
@Suite("An installation that is cut off", .enabled(if: geteuid() == 0, needsRoot))
struct CutOffTests {
    private let live: LiveSystem
    private let image: TestImage
    private let server: ImageServer

    init() async throws {
        live = try await LiveSystem()
        image = try await TestImage(in: live.folder)
        try await live.carry(image)
        try live.folder.write(#"{"ignition": {"version": "3.3.0"}}"#, to: "config.ign")
        server = try ImageServer(live.folder.path)
    }

    /// A folder with a program that kills its process group at its n-th call (`COUNT`); the image is written by half then.
    private func killer(_ name: String) async throws -> FilePath {
        let folder = "killer-\(name)"
        try live.folder.write(
            """
            #!/bin/bash
            tool=\(try await OfflineInstallTests.tool(name))
            if [[ $* == *\(name == "dd" ? live.disk.path.string : "")* ]]; then
                echo >>\(live.folder.appending(folder))/calls
                if (($(wc -l <\(live.folder.appending(folder))/calls) == COUNT)); then
                    if [[ $* == *seek_bytes* ]]; then "$tool" "$@" count=5M; fi
                    kill -KILL 0
                fi
            fi
            exec "$tool" "$@"
            """, to: "\(folder)/\(name)", mode: 0o755)
        return live.folder.appending(folder)
    }

    private func install(tools: FilePath? = nil, count: Int = 0) async throws -> LiveSystem.Outcome {
        if let tools { try? FileContent.remove(tools.appending("calls")) }
        return try await live.install(
            "coreos.inst.ignition_url=\(server.url)/config.ign", "coreos.inst.save_partlabel=data,q*", tools: tools,
            environment: ["COUNT": "\(count)"])
    }

    @Test(
        "loses no saved partition, boots only when all is done, and the next one succeeds",
        arguments: ["dd", "mount", "umount"])
    func cutOff(tool: String) async throws {
        let before = try await live.partition()
        let kept = before.partitions.filter { [3, 7].contains($0.number) }
        let content = try live.content(of: kept, sectorSize: 512)
        let tools = try await killer(tool)
        var finished = kept
        finished[0].node = "p5"

        var count = 1
        while true {
            _ = try await live.partition()
            let old = try await PartitionList.read(live.disk.path)
            let outcome = try await install(tools: tools, count: count)
            if outcome.status == 0 { break }
            #expect(outcome.status == 128 + SIGKILL, "\(tool) \(count): \(outcome.lastLine)")

            let table = try await PartitionList.read(live.disk.path)
            let saved = table?.partitions.filter { partition in kept.contains { $0.start == partition.start } } ?? []
            #expect(saved.map(\.uuid).count == 2, "\(tool) \(count)")
            #expect(try live.content(of: kept, sectorSize: 512) == content, "\(tool) \(count)")
            if table?.partitions.count == 6 {
                // The image's table: its config is there.
                #expect(try await live.bootFile("/ignition/config.ign").contains("3.3.0"), "\(tool) \(count)")
            } else if table != old {
                #expect(try TestImage.bytes(0..<440, of: live.backing).allSatisfy { $0 == 0 }, "\(tool) \(count)")
            }
            // What the killed one left there went with the live system's memory.
            for name in FileContent.names(in: live.path("scratch")) {
                try FileContent.remove(live.path("scratch/\(name)"))
            }
            let again = try await install()
            #expect(again.status == 0, "\(tool) \(count): \(again.lastLine)")
            count += 1
        }
        #expect(count > 1)
        try await live.expectInstalled(
            image, try await install(),
            saved: try #require(await PartitionList.read(live.disk.path)).partitions.filter { $0.number > 4 })
        #expect(try live.content(of: kept, sectorSize: 512) == content)
    }
}
