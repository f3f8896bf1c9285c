import Foundation
import HostSystem
import LibArchive
import SystemPackage
import TestSupport

@testable import ContainerImage

/// An image put together of layers that a test makes member by member, on top of another image or of nothing.
struct ImageFixture {
    typealias Member = (ArchiveEntry, [UInt8])

    enum Compression { case none, gzip, zstd, zstdChunked }

    struct Layer {
        var descriptor: OCIDescriptor
        var diffID: String
        var blob: BlobSource
    }

    let directory: TemporaryDirectory
    var layers: [Layer] = []
    var labels: [String: String] = ["containers.bootc": "1"]
    var architecture = "amd64"
    var created: String? = "2026-03-01T12:30:00.123456789Z"

    /// An image on top of nothing.
    init(in directory: TemporaryDirectory) { self.directory = directory }

    /// An image on top of another.
    init(on base: FilePath, in directory: TemporaryDirectory) throws {
        self.directory = directory
        let image = try OCILayout(base).image()
        labels = image.labels
        layers = zip(image.manifest.layers, image.configuration.rootfs.diffIDs).map {
            Layer(descriptor: $0, diffID: $1, blob: .image(image.layout, $0))
        }
    }

    /// Adds a layer with these members.
    mutating func add(_ members: [Member], _ compression: Compression = .gzip) async throws {
        var bytes: [UInt8] = []
        let writer = try ArchiveWriter(.paxRestricted) { bytes += $0 }
        for (entry, content) in members { try writer.add(entry, content: content) }
        try writer.finish()
        try await add(tar: bytes, compression)
    }

    /// Adds a layer with this tar stream.
    mutating func add(tar: [UInt8], _ compression: Compression = .gzip) async throws {
        let (bytes, type): ([UInt8], String)
        switch compression {
        case .none: (bytes, type) = (tar, OCIMediaType.plainLayer)
        case .gzip:
            (bytes, type) = (
                try await Command("gzip", ["-n", "-c"]).run(input: tar).standardOutput, OCIMediaType.gzipLayer
            )
        case .zstd, .zstdChunked:
            var compressed = try await Command("zstd", ["-q", "-c"]).run(input: tar).standardOutput
            // RFC 8878, skippable frames.
            if compression == .zstdChunked { compressed += [0x50, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 1, 2, 3] }
            (bytes, type) = (compressed, OCIMediaType.zstdLayer)
        }
        try add(blob: bytes, type: type, diffID: "sha256:\(Digest.of(tar))")
    }

    /// Adds a layer with these bytes.
    mutating func add(blob bytes: [UInt8], type: String, diffID: String) throws {
        let digest = Digest.of(bytes)
        let path = directory.appending("blob-\(digest)")
        try AtomicFile.write(bytes, to: path)
        layers.append(
            Layer(
                descriptor: OCIDescriptor(mediaType: type, digest: "sha256:\(digest)", size: Int64(bytes.count)),
                diffID: diffID, blob: .file(path, size: Int64(bytes.count))))
    }

    /// Writes the OCI archive.
    func write(_ name: String = "derived") throws -> FilePath {
        let path = directory.appending("\(name).ociarchive")
        let configuration = try OCIArchiveWriter.encode(
            OCIConfiguration(
                architecture: architecture, os: "linux", created: created, config: .init(labels: labels),
                rootfs: .init(diffIDs: layers.map(\.diffID)), history: nil))
        let manifest = try OCIArchiveWriter.encode(
            OCIManifest(
                config: Self.descriptor(OCIMediaType.configuration, configuration), layers: layers.map(\.descriptor)))
        let index = try OCIArchiveWriter.encode(OCIIndex(manifests: [Self.descriptor(OCIMediaType.manifest, manifest)]))
        let blobs = layers.map { (String($0.descriptor.digest.dropFirst("sha256:".count)), $0.blob) }
        _ = try OCIArchiveWriter(
            blobs: Dictionary(blobs) { first, _ in first }, configuration: configuration, manifest: manifest,
            index: index
        ).write(to: path)
        return path
    }

    static func descriptor(_ mediaType: String, _ document: [UInt8]) -> OCIDescriptor {
        OCIDescriptor(mediaType: mediaType, digest: "sha256:\(Digest.of(document))", size: Int64(document.count))
    }

    static func directory(_ path: String, mode: UInt32 = 0o755, uid: UInt32 = 0) -> Member {
        (ArchiveEntry(path: path, kind: .directory, mode: mode, uid: uid, gid: uid), [])
    }

    static func hardLink(_ path: String, _ target: String, time: Int64 = 0) -> Member {
        (ArchiveEntry(path: path, kind: .hardlink(target: target), mode: 0o644, modificationTime: time), [])
    }
}

extension CommitFixture {
    /// The tree of a commit as `ostree ls` shows it: mode, owner, group, size and path of each entry.
    static func listing(_ commit: String, in repository: FilePath, _ options: [String] = []) async throws -> [String] {
        let output = try await Command("ostree", ["ls", "-R", "--repo=\(repository)"] + options + [commit]).run()
        return output.text.split(separator: "\n").map(String.init)
    }

    /// The paths in a commit.
    static func paths(_ commit: String, in repository: FilePath) async throws -> Set<String> {
        Set(
            try await listing(commit, in: repository, ["--nul-filenames-only"]).joined().split(separator: "\0").map(
                String.init))
    }
}
