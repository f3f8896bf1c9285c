/// `container` in `image.yaml`: what the container image of a build is like.
public struct ContainerConfig: Sendable, Equatable {
    /// The layout of the layers: `1`, `2` or `plain` (`format`).
    public var format: String?
    /// The greatest number of layers (`max-layers`).
    public var maxLayers: Int64?
    /// `gzip` or `zstd` (`compressor`).
    public var compressor: String?
    /// The compressor's level (`compression-level`).
    public var compressionLevel: Int64?
    /// Labels (`labels`).
    public var labels: [String: String] = [:]
    /// Keys of the commit's metadata that become labels (`copymeta`).
    public var copiedMetadata: [String] = []
    /// The same for keys that may be missing (`copymeta-opt`).
    public var optionalCopiedMetadata: [String] = []
    /// What a container runs (`cmd`).
    public var command: [String]?
    /// The base of the image's configuration, in OCI's keys (`config`).
    public var configuration: [String: ConfigValue]?

    private static let formats = ["1", "2", "plain"]
    private static let compressors = ["gzip", "zstd"]
    /// OCI image-spec 1.1, config.md; labels have a key of their own.
    private static let configurationKeys: [String: String] = [
        "User": "a text", "WorkingDir": "a text", "StopSignal": "a text", "Env": "a list", "Entrypoint": "a list",
        "Cmd": "a list", "ExposedPorts": "a map", "Volumes": "a map",
    ]

    /// Everything by default.
    public init() {}

    /// Reads the map under the key `container`; other keys than the known ones are refused.
    init(_ keys: inout KeyReader) throws {
        if let node = keys.take("format") {
            let word: String
            if case .integer(let number) = node.content {
                word = "\(number)"
            } else {
                word = try keys.text(node, "format")
            }
            format = try Self.check(word, Self.formats, "format", node, keys)
        }
        if let node = keys.take("compressor") {
            compressor = try Self.check(keys.text(node, "compressor"), Self.compressors, "compressor", node, keys)
        }
        maxLayers = try keys.integer("max-layers")
        compressionLevel = try keys.integer("compression-level")
        for member in try keys.map("labels") ?? [] {
            labels[member.key] = try keys.text(member.value, "labels.\(member.key)")
        }
        copiedMetadata = try keys.strings("copymeta") ?? []
        optionalCopiedMetadata = try keys.strings("copymeta-opt") ?? []
        command = try keys.strings("cmd")
        if let members = try keys.map("config") { configuration = try Self.configuration(members, keys) }
        try keys.finish()
    }

    private static func check(
        _ word: String, _ words: [String], _ key: String, _ node: SourceNode, _ keys: KeyReader
    ) throws -> String {
        guard words.contains(word) else {
            throw keys.error(
                at: node, "key '\(key)': unknown value '\(word)'; use one of \(words.joined(separator: ", "))")
        }
        return word
    }

    private static func configuration(
        _ members: [SourceNode.Member], _ keys: KeyReader
    ) throws -> [String: ConfigValue] {
        var result: [String: ConfigValue] = [:]
        for member in members {
            guard let expected = configurationKeys[member.key] else {
                throw TreefileError(
                    file: keys.file, line: member.line, column: member.column,
                    message: "unknown key '\(member.key)' in 'config'; use one of "
                        + configurationKeys.keys.sorted().joined(separator: ", "))
            }
            let fits =
                switch (expected, member.value.content) {
                case ("a text", .string), ("a list", .sequence), ("a map", .mapping): true
                default: false
                }
            guard fits else { throw keys.mismatch(member.value, "config.\(member.key)", expected: expected) }
            if case .sequence(let items) = member.value.content {
                for item in items { _ = try keys.text(item, "config.\(member.key)") }
            }
            result[member.key] = member.value.value
        }
        return result
    }
}
