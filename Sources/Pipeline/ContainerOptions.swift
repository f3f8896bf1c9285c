import ContainerImage
import HostSystem
import SystemPackage
import Treefile

/// Options of a container image as a person gives them; what is nil or empty is not said.
public struct ContainerOptions: Sendable {
    /// `1`, `2` or `plain`.
    public var format: String?
    /// The greatest number of layers.
    public var maxLayers: Int?
    /// `gzip` or `zstd`.
    public var compressor: String?
    /// The compressor's level.
    public var compressionLevel: Int?
    /// Labels.
    public var labels: [String: String] = [:]
    /// Keys of the commit's metadata that become labels.
    public var copiedMetadata: [String] = []
    /// The same for keys that may be missing.
    public var optionalCopiedMetadata: [String] = []
    /// What a container runs.
    public var command: [String]?
    /// A JSON file with the base of the image's configuration.
    public var imageConfig: FilePath?

    /// Nothing said.
    public init() {}

    /// True where nothing says how layers are made, so that those of a finished image are what they would be.
    var keepsLayers: Bool { format == nil && maxLayers == nil && compressor == nil && compressionLevel == nil }

    /// The image's options: these over those of `base`.
    ///
    /// - Throws: ``PipelineError`` for a word that is not known, `ContainerImageError`.
    func applied(to base: ImageOptions) throws -> ImageOptions {
        var options = base
        if let format {
            guard let known = LayerFormat(rawValue: format) else {
                throw PipelineError("unknown format '\(format)'; use one of \(Self.words(LayerFormat.self))")
            }
            options.format = known
        }
        if let maxLayers { options.maxLayers = maxLayers }
        options.compression = try compression(base.compression)
        options.labels.merge(labels) { _, mine in mine }
        options.copiedMetadata += copiedMetadata
        options.optionalCopiedMetadata += optionalCopiedMetadata
        if let command { options.command = command }
        if let imageConfig {
            let bytes: [UInt8]
            do {
                bytes = try FileContent.read(imageConfig)
            } catch {
                throw PipelineError("cannot read the image configuration \(imageConfig): \(error)")
            }
            options.execution = try ExecutionConfiguration(json: bytes, file: imageConfig)
        }
        return options
    }

    private func compression(_ base: LayerCompression) throws -> LayerCompression {
        guard compressor != nil || compressionLevel != nil else { return base }
        guard let name = compressor else { return try LayerCompression(base.compressor, level: compressionLevel) }
        guard let known = LayerCompression.Compressor(rawValue: name) else {
            throw PipelineError(
                "unknown compressor '\(name)'; use one of \(Self.words(LayerCompression.Compressor.self))")
        }
        return try LayerCompression(known, level: compressionLevel)
    }

    private static func words<Words: CaseIterable & RawRepresentable>(_ type: Words.Type) -> String
    where Words.RawValue == String { type.allCases.map(\.rawValue).joined(separator: ", ") }
}

extension ImageOptions {
    /// What `image.yaml` says under `container`.
    ///
    /// - Throws: ``PipelineError`` for what the image cannot be.
    init(_ config: ImageConfig) throws {
        let container = config.container
        var options = ContainerOptions()
        options.format = container.format
        options.maxLayers = container.maxLayers.map { Int($0) }
        options.compressor = container.compressor
        options.compressionLevel = container.compressionLevel.map { Int($0) }
        options.labels = container.labels
        options.copiedMetadata = container.copiedMetadata
        options.optionalCopiedMetadata = container.optionalCopiedMetadata
        options.command = container.command
        let file = config.files.first ?? "image.yaml"
        do {
            self = try options.applied(to: ImageOptions())
            guard maxLayers >= ImageOptions.minimumLayers else {
                throw ContainerImageError.tooFewLayers(maxLayers, minimum: ImageOptions.minimumLayers)
            }
            if let values = container.configuration {
                execution = try ExecutionConfiguration(
                    json: Array(try ConfigValue.object(values).compactJSON.utf8), file: file)
            }
        } catch let error as ContainerImageError {
            throw PipelineError("\(file): key 'container': \(error)")
        }
    }
}
