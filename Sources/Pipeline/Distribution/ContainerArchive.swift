import Builds
import HostSystem
import SystemPackage

/// A container image of a build, as it lies beside it.
struct ContainerArchive {
    /// The kinds of images that can be pushed, with the key of `meta.json` that says where they were pushed to.
    static let metadataKeys = [
        "ostree": "base-oscontainer", "node": "oscontainer", "extensions-container": "extensions-container",
    ]

    /// The file, absolute.
    let path: FilePath

    /// Finds the image `kind` of a build, and makes sure that it is what the build made.
    ///
    /// - Throws: `BuildsError` where the build has no such image, ``PipelineError`` where the file is gone or damaged.
    init(_ kind: String, of build: String, arch: String, in store: BuildStore) throws {
        path = try store.artifact(kind, of: build, arch: arch)
        let expected = try store.metadata(build, arch: arch).images[kind]?.sha256
        guard FileContent.exists(path) else {
            throw PipelineError("\(path) is gone, which meta.json lists; make the build anew or fetch it")
        }
        let actual = try Digest.ofFile(path)
        guard actual == expected else {
            throw PipelineError(
                "\(path) is damaged: its SHA-256 is \(actual) and not \(expected ?? "listed"), as meta.json says; it "
                    + "is not pushed")
        }
    }

    /// As skopeo names it.
    var transport: String { "oci-archive:\(path)" }
}

/// Where an image was pushed to: an *image* object of `meta.json`.
public struct PushedImage: Sendable, Equatable, Codable {
    /// The repository, without a tag.
    public var image: String
    /// The digest of the image's manifest in the registry: `sha256:` and 64 hex digits.
    public var digest: String
    /// The tags that it got.
    public var tags: [String]
    /// The digest of the index over architectures that it is in; nil where there is none.
    public var manifestListDigest: String?

    enum CodingKeys: String, CodingKey {
        case image, digest, tags
        case manifestListDigest = "manifest-list-digest"
    }

    /// Puts the image into `metadata` under a key.
    ///
    /// The first repository that an image was pushed to is the entry; others are among its `additional-images`. A push to a
    /// repository that is listed already takes its place.
    func record(as key: String, in metadata: inout BuildMetadata) throws {
        guard let new = try JSONValue(encoding: self).object else { return }
        guard var entry = metadata[key]?.object, entry["image"]?.string != image else {
            var entry = new
            entry["additional-images"] = metadata[key]?.object?["additional-images"]
            metadata[key] = .object(entry)
            return
        }
        var others = (entry["additional-images"]?.array ?? []).filter { $0.object?["image"]?.string != image }
        others.append(.object(new))
        entry["additional-images"] = .array(others)
        metadata[key] = .object(entry)
    }
}
