import Foundation
import SystemPackage

/// `platforms.yaml`: consoles and kernel arguments by architecture and platform.
public struct PlatformsTable: Sendable, Equatable {
    /// What one platform needs.
    public struct Settings: Sendable, Equatable, Codable {
        /// Lines for GRUB's configuration.
        public var grubCommands: [String]
        /// Kernel arguments.
        public var kernelArguments: [String]

        /// Describes a platform.
        public init(grubCommands: [String] = [], kernelArguments: [String] = []) {
            self.grubCommands = grubCommands
            self.kernelArguments = kernelArguments
        }

        private enum CodingKeys: String, CodingKey {
            case grubCommands = "grub_commands"
            case kernelArguments = "kernel_arguments"
        }
    }

    /// Settings by architecture, then by platform.
    public var architectures: [String: [String: Settings]]

    /// A table with the given content.
    public init(architectures: [String: [String: Settings]] = [:]) {
        self.architectures = architectures
    }

    /// Reads a table.
    ///
    /// - Throws: ``TreefileError``.
    public static func load(_ path: FilePath) throws -> PlatformsTable {
        let top = try KeyReader(SourceNode.load(path), file: path)
        var table = PlatformsTable()
        var remaining = top
        for architecture in top.remaining {
            var platforms: [String: Settings] = [:]
            for member in try remaining.map(architecture) ?? [] {
                var keys = try KeyReader(member.value, file: path, name: "\(architecture).\(member.key)")
                platforms[member.key] = try settings(&keys)
            }
            table.architectures[architecture] = platforms
        }
        return table
    }

    /// Reads `platforms.json` of a commit: the part of one architecture.
    ///
    /// - Parameter name: what errors call it.
    /// - Throws: ``TreefileError``.
    public static func parse(json bytes: [UInt8], basearch: String, named name: FilePath) throws -> PlatformsTable {
        var table = PlatformsTable(architectures: [basearch: [:]])
        var top = try KeyReader(SourceNode.parse(Data(bytes), file: name), file: name)
        for platform in top.remaining {
            guard let node = top.take(platform) else { continue }
            var keys = try KeyReader(node, file: name, name: platform)
            table.architectures[basearch]?[platform] = try settings(&keys)
        }
        return table
    }

    private static func settings(_ keys: inout KeyReader) throws -> Settings {
        let settings = Settings(
            grubCommands: try keys.strings("grub_commands") ?? [],
            kernelArguments: try keys.strings("kernel_arguments") ?? [])
        try keys.finish()
        return settings
    }

    /// The settings of one platform; none where the table has none.
    public func settings(basearch: String, platform: String) -> Settings {
        architectures[basearch]?[platform] ?? Settings()
    }

    /// `platforms.json` of the image: the part of one architecture.
    public func json(basearch: String) -> ConfigValue {
        .object(
            (architectures[basearch] ?? [:]).mapValues { settings in
                var members: [String: ConfigValue] = [:]
                if !settings.grubCommands.isEmpty {
                    members["grub_commands"] = .array(settings.grubCommands.map(ConfigValue.string))
                }
                if !settings.kernelArguments.isEmpty {
                    members["kernel_arguments"] = .array(settings.kernelArguments.map(ConfigValue.string))
                }
                return .object(members)
            })
    }
}
