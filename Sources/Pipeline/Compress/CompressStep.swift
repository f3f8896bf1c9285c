import Builds
import Compression
import Foundation
import HostSystem
import SystemPackage
import Treefile

/// `cosa compress`: the files of a build in the form in which they are released.
///
/// Each file is published for itself: a run that fails or is killed loses nothing, and the next one goes on.
public struct CompressStep: Sendable {
    private let store: BuildStore
    private let reporter: Reporter

    /// Compresses files of the builds in `directory`.
    public init(_ directory: WorkingDirectory, reporter: Reporter) {
        store = BuildStore(directory)
        self.reporter = reporter
    }

    /// Compresses what is not compressed yet.
    ///
    /// - Returns: the files that were compressed.
    /// - Throws: ``PipelineError`` with every file that could not be, `BuildsError`, `CompressionError` where there is too
    ///   little memory, `FreeSpaceError`.
    public func run(_ options: CompressionOptions) async throws -> [CompressionResult] {
        let id = try store.resolve(options.build, arch: options.arch)
        reporter.note("Targeting build: \(id)")
        var results: [CompressionResult] = []
        for arch in try store.arches(of: id, options.arch) {
            let path = store.path(id, arch: arch)
            reporter.note("Compressing: \(path)")
            guard FileContent.exists(path.appending("meta.json")) else {
                reporter.note("No meta.json exists for \(path).. Skipping")
                continue
            }
            let build = try CompressedBuild(store, build: id, arch: arch, reporter: reporter)
            let changed = try await compress(build, options)
            if !changed.isEmpty { reporter.note("Updated: \(path.appending("meta.json"))") }
            results += changed
        }
        if results.isEmpty { reporter.note("All builds already compressed") }
        return results
    }

    private struct Work: Sendable {
        let item: CompressedBuild.Item
        let request: CompressionRequest
    }

    private func compress(_ build: CompressedBuild, _ options: CompressionOptions) async throws -> [CompressionResult] {
        let image = try ImageConfig.ofBuild(build.metadata.ostreeCommit, in: store.directory)
        var work: [Work] = []
        for item in try build.items(options.artifacts, verb: "compressing") {
            let name = item.artifact.path
            if item.artifact.uncompressedSHA256 != nil {
                // What a run left that was killed when the entry was written already.
                if let compressor = Compressor(fileName: name) {
                    store.removeUnlisted(compressor.uncompressedName(of: name), of: build.build, arch: build.arch)
                }
                continue
            }
            let format = try options.format(of: item.name, image)
            let destination = store.scratchPath(name + format.compressor.suffix, in: build.build, arch: build.arch)
            work.append(
                Work(item: item, request: CompressionRequest(build.path(of: item), to: destination, format: format)))
        }
        guard !work.isEmpty else { return [] }
        let threads = try CompressionThreads(
            work.map(\.request.format), processors: options.processors, available: options.memory)
        let compressor = ParallelCompressor(threads: threads.count)
        try requireSpace(for: work, compressor, in: build.path)
        let outcomes = CompressedBuild.Outcomes()
        let names = Set(work.map(\.request.format.compressor.rawValue)).sorted().joined(separator: ", ")
        let title =
            "\(names): \(work.count) artifacts, \(threads.count) threads, at most \(FreeSpace.text(Int64(threads.memory)))"
        try await reporter.step(title) {
            let all = work
            let publish = publisher(build)
            try await Blocking.run {
                compressor.compress(all.map(\.request)) { index, result in
                    do {
                        outcomes.add(try publish(all[index], result.get()))
                    } catch {
                        outcomes.add(failure: error, of: all[index].item.name)
                    }
                    unlink(all[index].request.destination.string)
                }
            }
        }
        return try outcomes.results("compressed", total: work.count)
    }

    /// Puts a compressed file in the place of the other one.
    private func publisher(_ build: CompressedBuild) -> @Sendable (Work, CompressedFile) throws -> CompressionResult {
        let (store, reporter, id, arch) = (store, reporter, build.build, build.arch)
        return { work, file in
            let old = work.item.artifact
            guard file.contentDigest == old.sha256 else {
                throw PipelineError(
                    "\(work.request.source) is not the file that meta.json lists (sha256 \(file.contentDigest) instead of "
                        + "\(old.sha256)); make it anew with `cosa buildextend-\(work.item.name) --force`")
            }
            let suffix = work.request.format.compressor.suffix
            var new = Artifact(path: old.path + suffix, sha256: file.digest, size: file.size)
            new.skipCompression = old.skipCompression
            new.uncompressedSHA256 = old.sha256
            new.uncompressedSize = file.contentSize
            try store.replace(
                work.item.name, old, by: work.request.destination, as: new, of: id, arch: arch)
            reporter.note("Compressed: \(new.path)")
            return CompressionResult(
                artifact: work.item.name, arch: arch, path: store.path(id, arch: arch).appending(new.path).string,
                size: file.size, sizeBefore: file.contentSize)
        }
    }

    private func requireSpace(for work: [Work], _ compressor: ParallelCompressor, in folder: FilePath) throws {
        let files = work.map { work in
            let expected = (try? CompressionEstimate.size(of: work.request.source)) ?? 0
            return (expected: expected, size: work.item.artifact.size ?? 0, format: work.request.format)
        }
        try FreeSpace.require(compressor.space(for: files), at: folder, for: "compressing")
    }
}

extension BuildStore {
    /// The architectures of a build, or the one that is asked for.
    ///
    /// - Throws: `BuildsError`.
    func arches(of build: String, _ wished: String?) throws -> [String] {
        if let wished {
            _ = try metadata(build, arch: wished)
            return [wished]
        }
        return try index().build(build)?.arches ?? []
    }
}
