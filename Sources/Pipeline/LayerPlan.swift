/// The layers of an image, and what of them a client lacks.
public struct LayerPlan: Sendable, Codable {
    /// A layer.
    public struct Layer: Sendable, Codable {
        /// `sha256:` and 64 hex digits.
        public var digest: String
        /// Compressed bytes.
        public var size: Int64
        /// The names of the components in it; none for the first layer.
        public var components: [String]
        /// Whether the client has to fetch it.
        public var isFetched = true

        init(digest: String, size: Int64, components: [String]) {
            self.digest = digest
            self.size = size
            self.components = components
        }

        enum CodingKeys: String, CodingKey {
            case digest, size, components
            case isFetched = "fetch"
        }
    }

    /// The build.
    public var build: String
    /// The build that the client has; nil for none.
    public var against: String?
    /// The layers, the lowest first.
    public var layers: [Layer]
    /// Compressed bytes of all layers.
    public var size: Int64
    /// Compressed bytes that the client has to fetch.
    public var fetched: Int64

    enum CodingKeys: String, CodingKey {
        case build, against, layers, size
        case fetched = "fetch-size"
    }

    init(build: String, against: String?, layers: [Layer], there: Set<String>) {
        self.build = build
        self.against = against
        self.layers = layers.map { layer in
            var layer = layer
            layer.isFetched = !there.contains(layer.digest)
            return layer
        }
        size = layers.reduce(0) { $0 + $1.size }
        fetched = self.layers.reduce(0) { $0 + ($1.isFetched ? $1.size : 0) }
    }

    /// A line for each layer and one for all.
    public var text: String {
        let lines = layers.map { layer in
            let names = layer.components.prefix(6).joined(separator: " ")
            let more = layer.components.count > 6 ? " and \(layer.components.count - 6) more" : ""
            let mark = against == nil ? "" : layer.isFetched ? "fetch  " : "       "
            return mark + layer.digest.dropFirst("sha256:".count).prefix(12) + Self.mebibytes(layer.size, width: 10)
                + "  "
                + (layer.components.isEmpty ? "(directories and metadata)" : names + more)
        }
        var sum = "\(layers.count) layers, \(Self.mebibytes(size)) MiB"
        if let against {
            let count = layers.count(where: \.isFetched)
            sum += "; a client that has \(against) fetches \(count) of them, \(Self.mebibytes(fetched)) MiB"
        }
        return (lines + [sum]).joined(separator: "\n")
    }

    private static func mebibytes(_ bytes: Int64, width: Int = 0) -> String {
        let hundredths = (bytes * 100 + (1 << 19)) >> 20
        let text = "\(hundredths / 100)." + (hundredths % 100 < 10 ? "0" : "") + "\(hundredths % 100)"
        return String(repeating: " ", count: max(0, width - text.count)) + text
    }
}
