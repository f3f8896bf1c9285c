/// What platforms.yaml says about one platform of one architecture.
public struct PlatformSettings: Sendable, Equatable, Codable {
    /// GRUB commands that set up its console.
    public var grubCommands: [String]
    /// Kernel arguments for its console.
    public var kernelArguments: [String]

    /// Settings with all of their values.
    public init(grubCommands: [String] = [], kernelArguments: [String] = []) {
        self.grubCommands = grubCommands
        self.kernelArguments = kernelArguments
    }

    /// The keys of `/boot/coreos/platforms.json`, which coreos-installer reads.
    enum CodingKeys: String, CodingKey {
        case grubCommands = "grub_commands"
        case kernelArguments = "kernel_arguments"
    }

    /// Reads settings; both keys may be missing.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        grubCommands = try container.decodeIfPresent([String].self, forKey: .grubCommands) ?? []
        kernelArguments = try container.decodeIfPresent([String].self, forKey: .kernelArguments) ?? []
    }

    /// Writes settings without keys that say nothing.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        if !grubCommands.isEmpty { try container.encode(grubCommands, forKey: .grubCommands) }
        if !kernelArguments.isEmpty { try container.encode(kernelArguments, forKey: .kernelArguments) }
    }
}
