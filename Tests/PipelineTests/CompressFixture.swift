import Builds
import Compression
import Foundation
import HostSystem
import Synchronization
import SystemPackage
import TestSupport

@testable import Pipeline

/// A working directory with one build that has two disk images and a container image.
final class CompressFixture: Sendable {
    static let arch = "x86_64"
    let directory: TemporaryDirectory
    let store: BuildStore
    private let notes = Mutex<[String]>([])

    var folder: FilePath { store.path("1", arch: Self.arch) }
    /// The notes since the last call.
    func takeNotes() -> [String] {
        notes.withLock { notes in
            defer { notes = [] }
            return notes
        }
    }

    init(image: String? = nil) throws {
        directory = try TemporaryDirectory()
        store = BuildStore(WorkingDirectory(root: directory.path))
        for path in [store.directory.config, store.directory.builds, store.directory.temporary] {
            try FileContent.createDirectory(path)
        }
        if let image { try directory.write(image, to: "src/config/image.yaml") }
        let lock = try store.lockForBuilding()
        let transaction = try store.begin("1", arch: Self.arch, lock: lock)
        var metadata = BuildMetadata(
            buildID: "1", name: "demo", ostreeCommit: String(repeating: "c", count: 64), ostreeVersion: "1",
            ostreeTimestamp: 1_795_262_400)
        for name in ["ostree", "qemu", "metal"] {
            let scratch = transaction.scratchPath(name)
            try AtomicFile.write(Self.content(name), to: scratch)
            metadata.setImage(
                name, try transaction.place(scratch, as: "demo.\(name)", skipCompression: name == "ostree" ? true : nil)
            )
        }
        try transaction.commit(metadata, sideFile: SideFile())
    }

    static func content(_ name: String) -> [UInt8] {
        Array(String(repeating: "\(name) has some content\n", count: 20_000).utf8)
    }

    private var reporter: Reporter {
        Reporter { event in
            guard case .note(let text) = event else { return }
            self.notes.withLock { $0.append(text) }
        }
    }

    func compress(_ options: CompressionOptions = CompressionOptions()) async throws -> [CompressionResult] {
        try await CompressStep(store.directory, reporter: reporter).run(options)
    }

    func decompress(_ options: CompressionOptions = CompressionOptions()) async throws -> [CompressionResult] {
        try await DecompressStep(store.directory, reporter: reporter).run(options)
    }

    func images() throws -> [String: Artifact] { try store.metadata("1", arch: Self.arch).images }

    /// The files of the images, sorted.
    var files: [String] { FileContent.names(in: folder).filter { $0.contains("demo.") } }

    /// The last cause of `body`.
    static func cause(_ body: () async throws -> some Any) async -> String {
        do {
            _ = try await body()
            return "nothing failed"
        } catch {
            return "\(error)"
        }
    }
}
