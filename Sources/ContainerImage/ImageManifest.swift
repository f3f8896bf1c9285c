import Foundation
import SystemPackage

/// What the manifest of an image says of its layers.
public struct ImageManifest: Sendable {
    /// A layer.
    public struct Layer: Sendable {
        /// `sha256:` and 64 hex digits.
        public let digest: String
        /// Compressed bytes.
        public let size: Int64
        /// The names of the components in it, as its annotation lists them.
        public let components: [String]
    }

    /// The layers, the lowest first.
    public let layers: [Layer]

    /// Reads a manifest (image-spec, manifest.md).
    ///
    /// - Parameter file: where the bytes are from, for errors.
    /// - Throws: ``ContainerImageError/badManifest(_:)``.
    public init(json: [UInt8], file: FilePath) throws {
        let manifest: OCIManifest
        do {
            manifest = try JSONDecoder().decode(OCIManifest.self, from: Data(json))
        } catch {
            throw ContainerImageError.badManifest(file)
        }
        layers = manifest.layers.map { layer in
            let annotation = LayerFormat.allCases.lazy.compactMap { layer.annotations?[$0.componentsAnnotation] }.first
            return Layer(
                digest: layer.digest, size: layer.size,
                components: (annotation ?? "").split(separator: ",").map(String.init))
        }
    }
}
