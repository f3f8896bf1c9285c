import Foundation
import HostSystem

/// The JSON documents of an image: configuration, manifest and index.
struct ImageDocuments {
    let configuration: OCIConfiguration
    let labels: [String: String]
    private let layers: [OCIDescriptor]

    /// - Parameter blobs: the commit's layer, then one for each chunk.
    init(request: EncapsulationRequest, tree: CommitTree, chunks: [ChunkLayer], blobs: [Blob]) throws {
        let commit = tree.commit
        let options = request.options
        let created = Date(timeIntervalSince1970: TimeInterval(commit.timestamp)).formatted(.iso8601)
        let commitText = commit.subject.isEmpty ? "ostree export of commit \(tree.checksum)" : commit.subject
        var execution = options.execution?.values ?? .init()
        labels = (execution.labels ?? [:]).merging(
            try ImageLabels.labels(
                commit: tree.checksum, commit,
                finalDiffID: options.format.hasObjects ? "sha256:\(blobs.last?.diffID ?? "")" : nil, options: options)
        ) { _, mine in mine }
        execution.labels = labels
        execution.command =
            options.command ?? commit.metadata["ostree.container-cmd"]?.children.compactMap(\.string)
            ?? execution.command
        configuration = OCIConfiguration(
            architecture: OCIArchitecture.name(basearch: request.architecture), os: "linux", created: created,
            config: execution,
            rootfs: .init(diffIDs: blobs.map { "sha256:\($0.diffID)" }),
            history: ([commitText] + chunks.map(\.historyText)).map { .init(created: created, createdBy: $0) })
        let annotations =
            [nil] + chunks.map { [options.format.componentsAnnotation: $0.componentNames.joined(separator: ",")] }
        layers = zip(blobs, annotations).map { blob, annotations in
            OCIDescriptor(
                mediaType: blob.mediaType, digest: "sha256:\(blob.digest)", size: blob.size, annotations: annotations)
        }
    }

    func manifest(configuration: [UInt8]) -> OCIManifest {
        OCIManifest(
            config: Self.descriptor(OCIMediaType.configuration, configuration), layers: layers, annotations: labels)
    }

    func index(manifest: [UInt8]) -> OCIIndex {
        OCIIndex(manifests: [Self.descriptor(OCIMediaType.manifest, manifest)])
    }

    private static func descriptor(_ mediaType: String, _ document: [UInt8]) -> OCIDescriptor {
        OCIDescriptor(mediaType: mediaType, digest: "sha256:\(Digest.of(document))", size: Int64(document.count))
    }
}
