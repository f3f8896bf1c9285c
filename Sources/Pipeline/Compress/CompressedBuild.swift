import Builds
import Compression
import Foundation
import HostSystem
import Synchronization
import SystemPackage

/// The files of one build for one architecture, on their way to another form.
struct CompressedBuild {
    /// A file under `images`.
    struct Item: Sendable {
        let name: String
        let artifact: Artifact
    }

    let store: BuildStore
    let build: String
    let arch: String
    let reporter: Reporter
    let metadata: BuildMetadata
    private let lock: FileLock

    var path: FilePath { store.path(build, arch: arch) }

    /// Takes the build's files for itself, and removes what killed runs left of them.
    init(_ store: BuildStore, build: String, arch: String, reporter: Reporter) throws {
        let locks = store.directory.temporary.appending("lock")
        try FileContent.createDirectory(locks)
        lock = try FileLock(locks.appending("compress-\(build)-\(arch).lock"), wait: true)
        self.store = store
        self.build = build
        self.arch = arch
        self.reporter = reporter
        metadata = try store.metadata(build, arch: arch)
        for leftover in store.removeLeftovers(of: build, arch: arch) { reporter.output("removed \(leftover)") }
    }

    /// The files that are asked for, in the order of meta.json, without those that are never compressed.
    ///
    /// - Parameter verb: what is not done with the latter.
    /// - Throws: ``PipelineError`` for a name that the build does not have.
    func items(_ names: [String], verb: String) throws -> [Item] {
        let images = metadata.images
        let known = metadata.imageNames
        if let unknown = names.first(where: { images[$0] == nil }) {
            let list = known.isEmpty ? "none" : known.joined(separator: ", ")
            throw PipelineError("build \(build) (\(arch)) has no image \(unknown); it has: \(list)")
        }
        var skipped: [String] = []
        var items: [Item] = []
        for name in known {
            guard let artifact = images[name] else { continue }
            if artifact.skipCompression == true {
                skipped.append(name)
            } else if names.isEmpty || names.contains(name) {
                items.append(Item(name: name, artifact: artifact))
            }
        }
        if !skipped.isEmpty {
            reporter.note("Skipped \(verb) artifacts: \(skipped.joined(separator: " "))")
        }
        return items
    }

    func path(of item: Item) -> FilePath { path.appending(item.artifact.path) }

    /// What became of files, collected from any thread.
    final class Outcomes: Sendable {
        private struct State {
            var changed: [CompressionResult] = []
            var failures: [(name: String, cause: String)] = []
        }

        private let state = Mutex(State())

        func add(_ result: CompressionResult) { state.withLock { $0.changed.append(result) } }

        func add(failure error: any Error, of name: String) {
            state.withLock { $0.failures.append((name, "\(error)")) }
        }

        /// The files that have another form now.
        ///
        /// - Throws: ``PipelineError`` where some do not, with all causes.
        func results(_ participle: String, total: Int) throws -> [CompressionResult] {
            let (changed, failures) = state.withLock { ($0.changed, $0.failures.sorted { $0.name < $1.name }) }
            guard !failures.isEmpty else { return changed.sorted { $0.artifact < $1.artifact } }
            let causes = failures.map { "\($0.name): \($0.cause)" }.joined(separator: "; ")
            let count = total == 1 ? "" : "\(failures.count) of \(total) artifacts were not \(participle); "
            throw PipelineError(count + causes)
        }
    }
}

/// A file that `cosa compress` or `cosa decompress` gave another form.
public struct CompressionResult: Sendable, Codable {
    /// Its name under `images`.
    public var artifact: String
    /// The architecture.
    public var arch: String
    /// The file, absolute.
    public var path: String
    /// Its size in bytes.
    public var size: Int64
    /// The size in bytes that it had before.
    public var sizeBefore: Int64
}
