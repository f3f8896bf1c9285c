import Foundation
import HostSystem
import SystemPackage

extension BuildStore {
    /// Lets another form of a file (compressed, decompressed) take its place: the new file first, synced and read-only,
    /// then its entry in `meta.json`, and only then does the old one go. Whoever is killed in between leaves a build that
    /// is whole, and ``removeLeftovers(of:arch:)`` and the next attempt remove what is left over.
    ///
    /// - Parameters:
    ///   - image: its key under `images`.
    ///   - old: the entry that was read before the work.
    ///   - source: the new file, written at ``scratchPath(_:in:arch:)``.
    ///   - new: the new entry.
    /// - Throws: ``BuildsError``, also where the entry is another one by now; the build is as before then.
    public func replace(
        _ image: String, _ old: Artifact, by source: FilePath, as new: Artifact, of build: String, arch: String
    ) throws {
        let folder = path(build, arch: arch)
        let destination = folder.appending(new.path)
        do {
            try AtomicFile.publish(source, as: destination)
        } catch {
            throw BuildsError("cannot put \(source) in place as \(destination): \(error)")
        }
        do {
            try updateMetadata(build, arch: arch) { metadata in
                guard metadata.images[image] == old else {
                    throw BuildsError("images.\(image) of build \(build) (\(arch)) was changed meanwhile; run it again")
                }
                metadata.setImage(image, new)
            }
        } catch {
            removeUnlisted(new.path, of: build, arch: arch)
            throw error
        }
        removeUnlisted(old.path, of: build, arch: arch)
    }

    /// Removes a file of a build that no entry of `meta.json` names. Nothing happens where there is none, or where one does.
    public func removeUnlisted(_ fileName: String, of build: String, arch: String) {
        guard let metadata = try? metadata(build, arch: arch),
            !metadata.images.values.contains(where: { $0.path == fileName })
        else { return }
        unlink(path(build, arch: arch).appending(fileName).string)
    }
}
