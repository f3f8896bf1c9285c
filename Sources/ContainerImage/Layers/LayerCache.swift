import Foundation
import HostSystem
import SystemPackage

/// A directory of finished layers, by what is in them: a layer that did not change is not compressed again.
struct LayerCache: Sendable {
    let directory: FilePath
    private let compression: LayerCompression

    /// The layers of one format and compressor below `root`: what another one needs is not pruned with them.
    init(_ root: FilePath, _ format: LayerFormat, _ compression: LayerCompression) throws {
        directory = root.appending("\(format.rawValue)-\(compression.compressor.rawValue)")
        self.compression = compression
        try FileManager.default.createDirectory(atPath: directory.string, withIntermediateDirectories: true)
    }

    /// The blob for a key, or nil where it is not there whole: its digest is checked.
    func blob(_ key: String) -> StoredBlob? {
        let (path, description) = paths(key)
        guard let bytes = FileManager.default.contents(atPath: description.string),
            let blob = try? JSONDecoder().decode(Blob.self, from: bytes),
            (try? Digest.ofFile(path)) == blob.digest
        else { return nil }
        return StoredBlob(blob: blob, path: path, isReused: true)
    }

    /// Makes the blob for a key with `write`, which gets the path of a new file.
    ///
    /// Nothing is synced: what a crash damaged has another digest and is made again.
    func store(_ key: String, _ write: (FilePath) throws -> Blob) throws -> StoredBlob {
        let (path, description) = paths(key)
        let temporary = AtomicFile.temporaryPath(for: path)
        do {
            let blob = try write(temporary)
            let encoder = JSONEncoder()
            encoder.outputFormatting = .sortedKeys
            let bytes = try encoder.encode(blob)
            // The description comes last: a blob without one does not count.
            try describing("put in place", path) { try Self.rename(temporary, path) }
            try describing("write", description) {
                let file = try FileDescriptor.open(
                    temporary, .writeOnly, options: [.create, .truncate],
                    permissions: [.ownerReadWrite, .groupRead, .otherRead])
                _ = try file.closeAfter { try file.writeAll(bytes) }
                try Self.rename(temporary, description)
            }
            return StoredBlob(blob: blob, path: path, isReused: false)
        } catch {
            unlink(temporary.string)
            throw error
        }
    }

    private static func rename(_ source: FilePath, _ destination: FilePath) throws {
        guard Foundation.rename(source.string, destination.string) == 0 else { throw Errno(rawValue: errno) }
    }

    /// Removes everything but the blobs for `keys`, so that the cache holds what the last image was made of.
    func prune(keeping keys: Set<String>) {
        let kept = Set(keys.flatMap { key in [paths(key).0, paths(key).1].compactMap(\.lastComponent?.string) })
        let names = (try? FileManager.default.contentsOfDirectory(atPath: directory.string)) ?? []
        for name in names
        where !kept.contains(name) && name.wholeMatch(of: /[0-9a-f]{64}\.(tar\.gz|tar\.zst|json)/) != nil {
            unlink(directory.appending(name).string)
        }
    }

    private func paths(_ key: String) -> (FilePath, FilePath) {
        (directory.appending("\(key).tar.\(compression.suffix)"), directory.appending("\(key).json"))
    }
}
