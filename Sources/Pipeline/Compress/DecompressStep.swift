import Builds
import Compression
import Foundation
import HostSystem
import SystemPackage

/// `cosa decompress`: the files of a build as they were before `cosa compress`.
public struct DecompressStep: Sendable {
    private let store: BuildStore
    private let reporter: Reporter

    /// Decompresses files of the builds in `directory`.
    public init(_ directory: WorkingDirectory, reporter: Reporter) {
        store = BuildStore(directory)
        self.reporter = reporter
    }

    /// Decompresses what `cosa compress` compressed.
    ///
    /// - Returns: the files that were decompressed.
    /// - Throws: ``PipelineError`` with every file that could not be, `BuildsError`, `FreeSpaceError`.
    public func run(_ options: CompressionOptions) async throws -> [CompressionResult] {
        let id = try store.resolve(options.build, arch: options.arch)
        reporter.note("Targeting build: \(id)")
        var results: [CompressionResult] = []
        for arch in try store.arches(of: id, options.arch) {
            let path = store.path(id, arch: arch)
            guard FileContent.exists(path) else {
                reporter.note("Skipping missing arch: \(arch)")
                continue
            }
            reporter.note("Uncompressing: \(path)")
            let build = try CompressedBuild(store, build: id, arch: arch, reporter: reporter)
            let changed = try await decompress(build, options)
            if !changed.isEmpty { reporter.note("Updated: \(path.appending("meta.json"))") }
            results += changed
        }
        if results.isEmpty { reporter.note("All builds already uncompressed") }
        return results
    }

    private func decompress(_ build: CompressedBuild, _ options: CompressionOptions) async throws -> [CompressionResult]
    {
        var work: [CompressedBuild.Item] = []
        var missing: [String] = []
        for item in try build.items(options.artifacts, verb: "uncompressing") {
            let name = item.artifact.path
            if item.artifact.uncompressedSHA256 == nil {
                // What a run left that was killed when the entry was written already.
                for compressor in Compressor.allCases {
                    store.removeUnlisted(name + compressor.suffix, of: build.build, arch: build.arch)
                }
            } else if options.artifacts.isEmpty, !FileContent.exists(build.path(of: item)) {
                missing.append(item.name)
            } else {
                work.append(item)
            }
        }
        if !missing.isEmpty { reporter.note("Skipped missing artifacts: \(missing.joined(separator: " "))") }
        guard !work.isEmpty else { return [] }
        let parallel = min(options.processors, work.count)
        try FreeSpace.require(Self.space(for: work, parallel: parallel), at: build.path, for: "decompressing")
        let decompressor = FileDecompressor(
            threads: max(1, options.processors / parallel), memory: (options.memory ?? 1 << 30) / UInt64(2 * parallel))
        let outcomes = CompressedBuild.Outcomes()
        await withTaskGroup(of: Void.self) { group in
            for (index, item) in work.enumerated() {
                if index >= parallel { await group.next() }
                group.addTask {
                    do {
                        outcomes.add(try await restore(item, of: build.build, arch: build.arch, with: decompressor))
                    } catch {
                        outcomes.add(failure: error, of: item.name)
                    }
                }
            }
        }
        return try outcomes.results("decompressed", total: work.count)
    }

    /// About what the files will take more than now, and what compressed ones are still there with them.
    static func space(for work: [CompressedBuild.Item], parallel: Int) -> Int64 {
        let compressed = work.map { $0.artifact.size ?? 0 }
        // Holes are kept: an image of much empty space does not become as large as it looks.
        let content = work.map { min($0.artifact.uncompressedSize ?? .max, 8 * ($0.artifact.size ?? 0)) }
        let growth = zip(content, compressed).map { $0 - $1 }.reduce(0, +)
        return growth + compressed.sorted(by: >).prefix(parallel).reduce(0, +)
    }

    private func restore(
        _ item: CompressedBuild.Item, of build: String, arch: String, with decompressor: FileDecompressor
    ) async throws -> CompressionResult {
        let old = item.artifact
        let folder = store.path(build, arch: arch)
        let source = folder.appending(old.path)
        guard let compressor = Compressor(fileName: old.path) else {
            let suffixes = Compressor.allCases.map(\.suffix).joined(separator: ", ")
            throw PipelineError("\(source) is listed as compressed, but its name ends with none of \(suffixes)")
        }
        guard FileContent.exists(source) else { throw PipelineError("\(source) is not there") }
        let name = compressor.uncompressedName(of: old.path)
        let scratch = store.scratchPath(name, in: build, arch: arch)
        let (store, reporter) = (store, reporter)
        return try await Blocking.run {
            defer { unlink(scratch.string) }
            let content = try Self.describing(source) {
                try decompressor.decompress(source, compressor, to: scratch)
            }
            guard content.digest == old.uncompressedSHA256 else {
                throw PipelineError(
                    "the content of \(source) has the sha256 \(content.digest), but meta.json says "
                        + "\(old.uncompressedSHA256 ?? ""); the compressed file is kept")
            }
            var new = Artifact(path: name, sha256: content.digest, size: content.size)
            new.skipCompression = old.skipCompression
            try store.replace(item.name, old, by: scratch, as: new, of: build, arch: arch)
            reporter.note("Uncompressed: \(name)")
            return CompressionResult(
                artifact: item.name, arch: arch, path: folder.appending(name).string, size: content.size,
                sizeBefore: old.size ?? 0)
        }
    }

    /// Names the file in the errors of the libraries, which know none.
    private static func describing<Result>(_ file: FilePath, _ body: () throws -> Result) throws -> Result {
        do {
            return try body()
        } catch let error as CompressionError {
            throw error
        } catch {
            throw PipelineError("\(file): \(error); the compressed file is kept")
        }
    }
}
