/// An image configuration (image-spec, config.md).
struct OCIConfiguration: Codable, Sendable {
    /// How a container of the image runs: the `config` object.
    struct Execution: Codable, Sendable, Equatable {
        var user: String?
        var exposedPorts: [String: Nothing]?
        var environment: [String]?
        var entrypoint: [String]?
        var command: [String]?
        var volumes: [String: Nothing]?
        var workingDirectory: String?
        var labels: [String: String]?
        var stopSignal: String?

        enum CodingKeys: String, CodingKey, CaseIterable {
            case user = "User"
            case exposedPorts = "ExposedPorts"
            case environment = "Env"
            case entrypoint = "Entrypoint"
            case command = "Cmd"
            case volumes = "Volumes"
            case workingDirectory = "WorkingDir"
            case labels = "Labels"
            case stopSignal = "StopSignal"
        }
    }

    /// Sets are objects with empty objects for values.
    struct Nothing: Codable, Sendable, Equatable {}

    struct RootFilesystem: Codable, Sendable {
        var type = "layers"
        var diffIDs: [String]

        enum CodingKeys: String, CodingKey {
            case type
            case diffIDs = "diff_ids"
        }
    }

    struct History: Codable, Sendable {
        var created: String?
        var createdBy: String?
        var author: String?
        var comment: String?
        /// Whether the entry made no layer.
        var isEmptyLayer: Bool?

        enum CodingKeys: String, CodingKey {
            case created, author, comment
            case createdBy = "created_by"
            case isEmptyLayer = "empty_layer"
        }
    }

    var architecture: String
    var variant: String?
    var os: String
    var created: String?
    var author: String?
    var config: Execution?
    var rootfs: RootFilesystem
    var history: [History]?
}
