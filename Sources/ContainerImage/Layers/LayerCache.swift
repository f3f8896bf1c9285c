import Foundation
import HostSystem
import SystemPackage

/// A directory of finished layers, by what is in them: a layer that did not change is not compressed again.
struct LayerCache: Sendable {
    let directory: FilePath

    /// The blob for a key, or nil where it is not there whole. Its digest is checked.
    func blob(_ key: String) -> StoredBlob? {
        let (path, description) = paths(key)
        guard let bytes = FileManager.default.contents(atPath: description.string),
            let blob = try? JSONDecoder().decode(Blob.self, from: bytes),
            (try? Digest.ofFile(path)) == blob.digest
        else { return nil }
        return StoredBlob(blob: blob, path: path, isReused: true)
    }

    /// Makes the blob for a key with `write`, which gets the path of a new file.
    func store(_ key: String, _ write: (FilePath) throws -> Blob) throws -> StoredBlob {
        let (path, description) = paths(key)
        let temporary = AtomicFile.temporaryPath(for: path)
        do {
            let blob = try write(temporary)
            try describing("put in place", path) { try AtomicFile.publish(temporary, as: path) }
            // The description comes last: a blob without one does not count.
            let encoder = JSONEncoder()
            encoder.outputFormatting = .sortedKeys
            let bytes = try encoder.encode(blob)
            try describing("write", description) { try AtomicFile.write(Array(bytes), to: description) }
            return StoredBlob(blob: blob, path: path, isReused: false)
        } catch {
            unlink(temporary.string)
            throw error
        }
    }

    /// Removes everything but the blobs for `keys`, so that the cache holds what the last image was made of.
    func prune(keeping keys: Set<String>) {
        let kept = Set(keys.flatMap { key in [paths(key).0, paths(key).1].compactMap(\.lastComponent?.string) })
        let names = (try? FileManager.default.contentsOfDirectory(atPath: directory.string)) ?? []
        for name in names where !kept.contains(name) && name.wholeMatch(of: /[0-9a-f]{64}\.(tar\.gz|json)/) != nil {
            unlink(directory.appending(name).string)
        }
    }

    private func paths(_ key: String) -> (FilePath, FilePath) {
        (directory.appending("\(key).tar.gz"), directory.appending("\(key).json"))
    }
}
