import Foundation
import HostSystem
import SystemPackage

/// Fetches an image from a registry or from the container storage into a layout in a folder.
struct RegistryFetch {
    let source: ImageSource
    let options: ImportOptions
    let folder: FilePath

    /// How long a registry may take to say what an image is, in seconds: that is little data.
    private static let answerTimeout = 60

    /// Fetches the image for the wanted processor.
    ///
    /// - Parameter known: tells whether a layer's content is not needed, by its digest.
    func run(known: (String) -> Bool) async throws -> OCIImage {
        let layout = folder.appending("layout")
        let exact: ImageSource
        if case .registry(let reference) = source {
            let (chosen, manifest) = try await choose(reference)
            try prepare(layout, manifest: manifest, known: known)
            exact = .registry(chosen)
        } else {
            exact = source
        }
        try await RegistryClient(options.registry).copy("\(exact)", to: "oci:\(layout):image")
        let (name, architecture) = ("\(source)", options.architecture)
        return try await Blocking.run {
            try OCILayout(layout, name: name).image(tag: "image", architecture: architecture)
        }
    }

    /// The exact image that a name stands for, so that what is fetched next is what was looked at.
    func choose(_ reference: ImageReference) async throws -> (ImageReference, OCIManifest?) {
        struct Document: Decodable {
            var manifests: [OCIDescriptor]?
        }
        let (bytes, digest) = try await manifest(reference)
        let exact = reference.pinned(digest)
        guard let manifests = try decode(Document.self, bytes).manifests else {
            return (exact, try? decode(OCIManifest.self, bytes))
        }
        let wanted = options.architecture.map(OCIArchitecture.name) ?? OCIArchitecture.current
        let images = manifests.filter { $0.platform.map { $0.architecture != "unknown" } ?? true }
        guard let descriptor = images.first(where: { $0.platform?.architecture == wanted }) else {
            throw ContainerImageError.otherArchitecture(
                "\(source)", has: images.compactMap(\.platform?.architecture).sorted(), wanted: wanted)
        }
        let image = reference.pinned(descriptor.digest)
        return (image, try? decode(OCIManifest.self, await manifest(image).bytes))
    }

    /// A manifest or index, with its digest, which is verified where the reference names it.
    private func manifest(_ reference: ImageReference) async throws -> (bytes: [UInt8], digest: String) {
        var registry = options.registry
        registry.timeout = min(registry.timeout, Self.answerTimeout)
        // Registries take either.
        let exact = reference.digest.map(reference.pinned) ?? reference
        let bytes = try await RegistryClient(registry).manifest(of: exact.transport)
        let digest = "sha256:\(Digest.of(bytes))"
        if let expected = reference.digest, expected != digest {
            throw ContainerImageError.damaged(
                "\(source)", what: "the manifest", expected: expected, actual: digest)
        }
        return (bytes, digest)
    }

    private func decode<Value: Decodable>(_ type: Value.Type, _ bytes: [UInt8]) throws -> Value {
        do {
            return try JSONDecoder().decode(type, from: Data(bytes))
        } catch {
            throw ContainerImageError.unreadable("\(source)", reason: "the registry's answer is no manifest")
        }
    }

    /// Puts files of the right size where known layers would go: skopeo fetches only what is not there.
    private func prepare(_ layout: FilePath, manifest: OCIManifest?, known: (String) -> Bool) throws {
        let blobs = layout.appending("blobs/sha256")
        try describing("make", blobs) { try FileContent.createDirectory(blobs) }
        for layer in manifest?.layers ?? [] where known(layer.digest) {
            guard let digest = layer.digest.wholeMatch(of: /sha256:([0-9a-f]{64})/)?.1 else { continue }
            let path = blobs.appending(String(digest))
            try describing("make", path) {
                let file = try FileDescriptor.open(path, .writeOnly, options: .create, permissions: .ownerReadWrite)
                try file.closeAfter { try file.resize(to: layer.size) }
            }
        }
    }
}
