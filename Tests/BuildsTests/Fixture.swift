import Builds
import Foundation
import HostSystem
import SystemPackage
import TestSupport

/// A working directory with a clock that stands still.
struct Fixture {
    static let now: Int64 = 1_795_262_400
    let temporary: TemporaryDirectory
    let store: BuildStore
    var directory: WorkingDirectory { store.directory }
    let arch = "x86_64"

    init() throws {
        temporary = try TemporaryDirectory()
        let directory = WorkingDirectory(root: temporary.path)
        for path in [directory.config, directory.builds, directory.temporary, directory.cache] {
            try FileContent.createDirectory(path)
        }
        store = BuildStore(directory) { Self.now * 1_000_000_000 }
    }

    func metadata(_ build: String, commit: String = String(repeating: "c", count: 64)) -> BuildMetadata {
        BuildMetadata(
            buildID: build, name: "demo", ostreeCommit: commit, ostreeVersion: build, ostreeTimestamp: Self.now)
    }

    /// Puts a build with an OCI archive of these bytes into the store.
    func build(_ id: String, commit: String = String(repeating: "c", count: 64), content: String = "archive") throws {
        let lock = try store.lockForBuilding()
        let transaction = try store.begin(id, arch: arch, lock: lock)
        let name = Artifact.fileName(name: "demo", version: id, kind: "ostree", arch: arch, suffix: "ociarchive")
        let scratch = transaction.scratchPath(name)
        try AtomicFile.write(Array(content.utf8), to: scratch)
        var metadata = metadata(id, commit: commit)
        metadata.setImage("ostree", try transaction.place(scratch, as: name, skipCompression: true))
        try transaction.commit(metadata, sideFile: SideFile())
    }

    /// Every path below `builds/`, with `-> target` for links.
    func tree() -> [String] {
        let root = directory.builds.string
        let paths = FileManager.default.enumerator(atPath: root)?.compactMap { $0 as? String } ?? []
        return paths.sorted().map { path in
            FileContent.linkTarget(directory.builds.appending(path)).map { "\(path) -> \($0)" } ?? path
        }
    }
}
