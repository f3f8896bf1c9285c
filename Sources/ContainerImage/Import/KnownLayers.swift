import Foundation
import OSTree

/// The layers that earlier imports left in a repository.
struct KnownLayers {
    private let repository: Repository
    private let refs: [String: String]
    private let recordsByDiffID: [String: LayerRecord]
    private let usableRefs: Set<String>

    init(_ repository: Repository) throws {
        self.repository = repository
        refs = try repository.refs()
        var records: [String: LayerRecord] = [:]
        var usable: Set<String> = []
        for (ref, commit) in refs where ref.hasPrefix(RefEscape.layers) {
            guard let record = try LayerRecord(commit, in: repository),
                try record.held.map({ try repository.contains(.commit, $0) }) ?? true
            else { continue }
            records[record.diffID] = record
            usable.insert(ref)
        }
        recordsByDiffID = records
        usableRefs = usable
    }

    /// Tells whether the layer of a digest is known.
    var digests: @Sendable (String) -> Bool {
        let refs = usableRefs
        return { refs.contains(RefEscape.layer($0)) }
    }

    /// The record of a layer; nil where it is not known.
    func record(diffID: String) -> LayerRecord? { recordsByDiffID[diffID] }

    /// The commit that is remembered for an image, where the image is this one.
    func image(_ reference: String, manifestDigest: String) throws -> String? {
        guard let commit = refs[RefEscape.image(reference)], try repository.contains(.commit, commit),
            try repository.commit(commit).metadata[ImageMetadata.manifestDigest]?.string == manifestDigest
        else { return nil }
        return commit
    }

    /// The refs of layers that no remembered image has, sorted.
    func unusedRefs() throws -> [String] {
        var used: Set<String> = []
        for (ref, commit) in refs where ref.hasPrefix(RefEscape.images) {
            guard let text = try repository.commit(commit).metadata[ImageMetadata.manifest]?.string else { continue }
            let manifest = try JSONDecoder().decode(OCIManifest.self, from: Data(text.utf8))
            used.formUnion(manifest.layers.map { RefEscape.layer($0.digest) })
        }
        return refs.keys.filter { $0.hasPrefix(RefEscape.layers) && !used.contains($0) }.sorted()
    }
}

/// The metadata of commits that stand for images (ostree-ext `src/container/store.rs`).
enum ImageMetadata {
    static let manifestDigest = "ostree.manifest-digest"
    static let manifest = "ostree.manifest"
    static let configuration = "ostree.container.image-config"
}
