import Foundation
import HostSystem
import SystemPackage
import TestSupport
import Testing

@Suite("cosa compress and decompress")
struct CompressCommandTests {
    private let tool: Tool
    private var folder: FilePath { tool.work.appending("builds/1.0/x86_64") }

    init() throws { tool = try Tool() }

    /// A build with images that take a while to compress.
    private func makeBuild(mebibytes: Int = 1) async throws {
        try await tool.makeBuild()
        var images = [#""ostree": {"path": "a.ociarchive", "sha256": "x", "skip-compression": true}"#]
        for name in ["qemu", "metal", "aws"] {
            let file = folder.appending("a-\(name).raw")
            // Half of it is noise.
            try await Command(
                "sh", ["-c", "head -c \(mebibytes)M /dev/urandom > \(file); truncate -s +\(mebibytes)M \(file)"]
            ).run()
            images.append(#""\#(name)": {"path": "a-\#(name).raw", "sha256": "\#(try Digest.ofFile(file))"}"#)
        }
        let json = tool.work.appending("images.json")
        try AtomicFile.write(Array("{\"images\": {\(images.joined(separator: ", "))}}".utf8), to: json)
        try expectSuccess(try await tool.cosa("meta", "--skip-validation", "--artifact-json", json.string))
    }

    private func expectSuccess(_ output: Command.Output) throws {
        try #require(output.status == 0, "\(output.standardError)")
    }

    private struct Build: Decodable {
        struct Image: Decodable {
            let path: String
            let sha256: String
        }
        let images: [String: Image]
    }

    private func images() throws -> [String: Build.Image] {
        let json = Data(try FileContent.read(folder.appending("meta.json")))
        var images = try JSONDecoder().decode(Build.self, from: json).images
        images["ostree"] = nil
        return images
    }

    @Test("there and back")
    func session() async throws {
        try await makeBuild()
        let before = try images().mapValues(\.sha256)
        let compressed = try await tool.cosa(
            "compress", "--compressor", "xz", "--artifact", "qemu", "metal", "--artifact", "aws", "--json")
        try expectSuccess(compressed)
        #expect(compressed.text.contains(#""artifact" : "qemu""#) || compressed.text.contains(#""artifact": "qemu""#))
        #expect(compressed.standardError.contains("Compressed: a-qemu.raw.xz"))
        #expect(try images()["metal"]?.path == "a-metal.raw.xz")
        let path = try await tool.cosa("meta", "--image-path", "qemu").text
        #expect(path == "\(folder)/a-qemu.raw.xz")
        let run = try await tool.kola("qemuexec")
        #expect(
            run.lastErrorLine
                == "error: \(path) is compressed; run `cosa decompress --build 1.0 --artifact qemu` first")
        try expectSuccess(try await tool.cosa("uncompress", "--artifact", "qemu"))
        try expectSuccess(try await tool.cosa("compress", "--mode", "uncompress"))
        #expect(try images().mapValues(\.sha256) == before)
    }

    @Test("mistakes of usage")
    func usage() async throws {
        let none = try await tool.cosa("compress")
        #expect(none.status == 1)
        #expect(none.lastErrorLine.contains("is not a working directory"))
        _ = try await tool.cosa("init", tool.temporary.appending("config").string)
        #expect(try await tool.cosa("compress").lastErrorLine == "error: No build found. Run `cosa build` first")
        #expect(try await tool.cosa("decompress").lastErrorLine == "error: No build found. Run `cosa build` first")
        let wrong = try await tool.cosa("compress", "--compressor", "zip")
        #expect(wrong.status == 64)
        #expect(wrong.lastErrorLine.hasPrefix("error: The value 'zip' is invalid for '--compressor <compressor>'."))
        try await tool.makeBuild()
        let unknown = try await tool.cosa("compress", "--artifact", "nutanix")
        #expect(unknown.status == 1)
        #expect(unknown.lastErrorLine == "error: build 1.0 (x86_64) has no image nutanix; it has: ostree")
    }

    @Test("killed at any moment, nothing is lost and the next run ends the work")
    func killed() async throws {
        try await makeBuild(mebibytes: 24)
        let before = try images().mapValues(\.sha256)
        var killed = 0
        for step in 1...6 {
            let verb = step % 2 == 0 ? "decompress" : "compress"
            let run = try BackgroundTool([Tool.path("cosa"), verb, "--workdir", tool.work.string])
            try await Task.sleep(for: .milliseconds(250 * step))
            kill(run.identifier, SIGKILL)
            if run.wait() == SIGKILL { killed += 1 }
            for image in try images().values {
                let path = folder.appending(image.path)
                #expect(try Digest.ofFile(path) == image.sha256)
            }
        }
        #expect(killed > 0, "nothing was still running when it was to be killed")
        try expectSuccess(try await tool.cosa("compress"))
        #expect(try images().values.allSatisfy { $0.path.hasSuffix(".raw.gz") })
        try expectSuccess(try await tool.cosa("decompress"))
        #expect(try images().mapValues(\.sha256) == before)
        #expect(FileContent.names(in: folder) == ["a-aws.raw", "a-metal.raw", "a-qemu.raw", "meta.json"])
    }

    @Test("a full file system is said before the work", .enabled(if: getuid() == 0))
    func full() async throws {
        try await makeBuild(mebibytes: 8)
        let small = tool.temporary.appending("small")
        try FileContent.createDirectory(small)
        // A mount namespace of its own: the file system goes away with the shell.
        let script = """
            mount -t tmpfs -o size=36m none \(small) && cp -a \(tool.work)/. \(small) &&
            exec \(Tool.path("cosa")) compress --workdir \(small)
            """
        let output = try await Command("unshare", ["--mount", "sh", "-c", script]).capture()
        #expect(output.status == 1)
        #expect(output.lastErrorLine.hasPrefix("error: compressing needs about "))
        #expect(output.lastErrorLine.hasSuffix(" MiB are missing; make room there (`cosa prune` removes old builds)"))
        #expect(output.lastErrorLine.contains(" in \(small)/builds/1.0/x86_64, which has "))
    }
}
