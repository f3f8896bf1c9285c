import Foundation
import HostSystem
import LibArchive
import SystemPackage

/// Writes an image layout (image-spec, image-layout.md) as one tar file, what skopeo calls `oci-archive`.
struct OCIArchiveWriter {
    /// The layers' blobs by digest: 64 hex digits.
    let blobs: [String: BlobSource]
    let configuration: [UInt8]
    let manifest: [UInt8]
    let index: [UInt8]

    /// Sorted keys and no white space: equal values have equal bytes.
    static func encode(_ value: some Encodable) throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return Array(try encoder.encode(value))
    }

    /// Writes the archive to a new file at `path`.
    ///
    /// - Returns: the file's digest and its size in bytes.
    func write(to path: FilePath) throws -> (sha256: String, size: Int64) {
        let output = try describing("make", path) {
            try FileDescriptor.open(
                path, .writeOnly, options: [.create, .truncate], permissions: [.ownerReadWrite, .groupRead, .otherRead])
        }
        return try output.closeAfter {
            var digest = Digest()
            var size: Int64 = 0
            let archive = try ArchiveWriter(.paxRestricted) { bytes in
                digest.update(bytes)
                size += Int64(bytes.count)
                _ = try describing("write", path) { try output.writeAll(bytes) }
            }
            try addMembers(to: archive)
            try archive.finish()
            return (digest.finish(), size)
        }
    }

    private func addMembers(to archive: ArchiveWriter) throws {
        func add(_ name: String, _ content: [UInt8]) throws {
            try archive.add(ArchiveEntry(path: name, kind: .regular, mode: 0o644), content: content)
        }
        try add("oci-layout", Array(#"{"imageLayoutVersion":"1.0.0"}"#.utf8))
        try add("index.json", index)
        for directory in ["blobs", "blobs/sha256"] {
            try archive.add(ArchiveEntry(path: directory, kind: .directory, mode: 0o755))
        }
        let documents = [Digest.of(manifest): manifest, Digest.of(configuration): configuration]
        for digest in Set(blobs.keys).union(documents.keys).sorted() {
            if let document = documents[digest] {
                try add("blobs/sha256/\(digest)", document)
            } else if let blob = blobs[digest] {
                try copy(blob, digest, to: archive)
            }
        }
    }

    private func copy(_ blob: BlobSource, _ digest: String, to archive: ArchiveWriter) throws {
        try archive.begin(
            ArchiveEntry(path: "blobs/sha256/\(digest)", kind: .regular, mode: 0o644, size: blob.size))
        guard case .image(let image, let descriptor) = blob else {
            return try blob.forEachChunk { try archive.write($0) }
        }
        // A file's digest is known from writing it; another image may have been damaged since.
        var actual = Digest()
        var size: Int64 = 0
        try blob.forEachChunk { bytes in
            actual.update(bytes)
            size += Int64(bytes.count)
            if size <= descriptor.size { try archive.write(bytes) }
        }
        let found = actual.finish()
        guard found == digest, size == descriptor.size else {
            throw ContainerImageError.damaged(
                image.name, what: "layer \(descriptor.digest)", expected: "sha256:\(digest)", actual: "sha256:\(found)")
        }
    }
}
