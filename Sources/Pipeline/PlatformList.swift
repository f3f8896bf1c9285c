import DiskImage

/// What `cosa platforms` reports.
public struct PlatformList: Sendable, Codable {
    /// The platforms, by name.
    public let platforms: [Entry]

    /// One platform.
    public struct Entry: Sendable, Codable {
        /// The name of `buildextend-<name>`.
        public var name: String
        /// The value of `ignition.platform.id`, and the key in platforms.yaml.
        public var ignitionID: String
        /// How the image is written.
        public var format: String
        /// `metal`: as large as the content needs; `cloud`: as image.yaml says.
        public var size: String
        /// The end of the file's name.
        public var suffix: String
        /// Bytes of a sector.
        public var sectorSize: Int
        /// `none` for what is used as it is; else image.yaml decides.
        public var compression: String
        /// The architectures.
        public var architectures: [String]
        /// What is missing here to make it; nil where nothing is.
        public var requires: String?

        private enum CodingKeys: String, CodingKey {
            case name, format, size, suffix, compression, architectures, requires
            case ignitionID = "ignition-id"
            case sectorSize = "sector-size"
        }
    }

    /// The platforms of an architecture; of all for nil.
    public init(basearch: String?) {
        platforms = (basearch.map(Platform.all(for:)) ?? Platform.all).map { platform in
            Entry(
                name: platform.name, ignitionID: platform.ignitionID, format: platform.format.rawValue,
                size: platform.diskSize.rawValue, suffix: platform.suffix, sectorSize: platform.sectorSize,
                compression: platform.skipCompression ? "none" : "image.yaml", architectures: platform.architectures,
                requires: platform.requirement)
        }
    }

    /// The report for people: a table.
    public var text: String {
        let head = ["PLATFORM", "FORMAT", "SIZE", "SECTOR", "SUFFIX", "COMPRESSION", "ARCHITECTURES"]
        let rows = platforms.map { platform in
            [
                platform.name, platform.format, platform.size, String(platform.sectorSize), platform.suffix,
                platform.compression, platform.architectures.joined(separator: " "),
            ]
        }
        let table = [head] + rows
        let widths = head.indices.map { column in table.map { $0[column].count }.max() ?? 0 }
        return table.map { row in
            zip(row, widths).map { $0.padding(toLength: $1) }.joined(separator: "  ").trimmingSuffix()
        }.joined(separator: "\n")
    }
}

extension String {
    fileprivate func padding(toLength length: Int) -> String {
        self + String(repeating: " ", count: max(0, length - count))
    }

    fileprivate func trimmingSuffix() -> String {
        var text = self
        while text.last == " " { text.removeLast() }
        return text
    }
}
