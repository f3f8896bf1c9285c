import Foundation
import HostSystem
import SystemPackage

/// An image of an index that was pushed.
public struct IndexedImage: Sendable, Equatable {
    /// The processor in OCI's words (`amd64`).
    public var architecture: String
    /// The digest of its manifest in the registry: `sha256:` and 64 hex digits.
    public var digest: String
}

extension RegistryClient {
    /// Pushes images as one index, so that each machine gets the one for its processor.
    ///
    /// - Parameters:
    ///   - sources: the images, as containers-transports(5) names them, each for another processor.
    ///   - destinations: repositories with tags; all get the same index.
    ///   - format: `v2s2` makes a Docker manifest list of it; nil for an OCI index.
    /// - Returns: the digest of the index in the registry, and of its images there.
    /// - Throws: ``RegistryError``, and ``ContainerImageError`` for two images for the same processor.
    public func pushIndex(
        of sources: [String], to destinations: [ImageReference], format: Format? = nil
    ) async throws -> (digest: String, images: [IndexedImage]) {
        try await FolderGuard.withFolder { folder in
            let layout = try OCILayoutWriter(folder.appending("index"))
            var manifests: [OCIDescriptor] = []
            for (number, source) in sources.enumerated() {
                try await copy(source, to: "oci:\(layout.path):\(number)")
                let descriptor = try layout.image(named: "\(number)")
                if let platform = descriptor.platform,
                    let other = manifests.firstIndex(where: { $0.platform == platform })
                {
                    throw ContainerImageError.sameArchitecture(sources[other], source, platform.architecture)
                }
                manifests.append(descriptor)
            }
            try layout.finish(
                try layout.add(OCIArchiveWriter.encode(OCIIndex(manifests: manifests)), mediaType: OCIMediaType.index))
            var digest = ""
            for destination in destinations {
                digest = try await copy(
                    "oci:\(layout.path)", to: destination.transport, format: format, all: true, sign: true)
            }
            guard let first = destinations.first else { return (digest, []) }
            // A conversion gives the images other digests.
            return (digest, try await images(of: first.pinned(digest)))
        }
    }

    /// The images of an index; none where the reference names a single image.
    ///
    /// - Throws: ``RegistryError``.
    public func images(of reference: ImageReference) async throws -> [IndexedImage] {
        let bytes = try await manifest(of: reference.transport)
        guard let index = try? JSONDecoder().decode(OCIIndex.self, from: Data(bytes)) else { return [] }
        return index.manifests.compactMap { entry in
            entry.platform.map { IndexedImage(architecture: $0.architecture, digest: entry.digest) }
        }
    }
}

extension OCILayoutWriter {
    /// The image that skopeo wrote into the layout under a name, with the platform that its configuration says.
    fileprivate func image(named name: String) throws -> OCIDescriptor {
        func decode<Value: Decodable>(_ type: Value.Type, _ file: FilePath) throws -> Value {
            do {
                return try JSONDecoder().decode(type, from: Data(FileContent.read(file)))
            } catch let error as DecodingError {
                throw ContainerImageError.unreadable("\(file)", reason: "\(error)")
            }
        }
        func blob(_ digest: String) -> FilePath {
            path.appending("blobs/sha256").appending(String(digest.trimmingPrefix("sha256:")))
        }
        let index = try decode(OCIIndex.self, path.appending("index.json"))
        let key = "org.opencontainers.image.ref.name"
        guard var descriptor = index.manifests.first(where: { $0.annotations?[key] == name }) else {
            throw ContainerImageError.unreadable("\(path)", reason: "it has no image \(name)")
        }
        let manifest = try decode(OCIManifest.self, blob(descriptor.digest))
        let configuration = try decode(OCIConfiguration.self, blob(manifest.config.digest))
        descriptor.annotations = nil
        descriptor.platform = OCIPlatform(
            architecture: configuration.architecture, os: configuration.os, variant: configuration.variant)
        return descriptor
    }
}
