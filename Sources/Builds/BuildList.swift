import HostSystem

/// What `cosa list` reports: every build with what its metadata says.
public struct BuildList: Sendable, Hashable, Codable {
    /// The builds, newest first.
    public let builds: [Entry]

    /// One build for one architecture.
    public struct Entry: Sendable, Hashable, Codable {
        /// The build's id.
        public let id: String
        /// Its architecture.
        public let arch: String
        /// When it was made, as ``Timestamp`` writes it.
        public let timestamp: String?
        /// The kinds of its files, in the order of `meta.json`.
        public let artifacts: [String]
        /// Where its configuration came from.
        public let config: GitRevision?
        /// The tags on it.
        public let tags: [String]
    }

    /// The report on a store.
    ///
    /// - Throws: ``BuildsError`` where a list or a build's metadata cannot be read.
    public init(_ store: BuildStore) throws {
        let index = try store.index()
        builds = try index.builds.flatMap { build in
            try build.arches.map { arch in
                // A build that was fetched from elsewhere may have its metadata on one architecture only.
                let file = store.path(build.id, arch: arch).appending("meta.json")
                let metadata = try FileContent.exists(file) ? BuildMetadata.load(file) : nil
                return Entry(
                    id: build.id, arch: arch, timestamp: metadata?.buildTimestamp,
                    artifacts: metadata?.imageNames ?? [],
                    config: metadata?.configGit, tags: index.tags.filter { $0.target == build.id }.map(\.name))
            }
        }
    }

    /// True where there is no build.
    public var isEmpty: Bool { builds.isEmpty }

    /// The report for people.
    public var text: String { builds.map(\.text).joined(separator: "\n\n") }
}

extension BuildList.Entry {
    var text: String {
        var lines = ["\(id) (\(arch))"]
        if let timestamp { lines.append("   Timestamp: \(timestamp)") }
        if !artifacts.isEmpty { lines.append("   Artifacts: \(artifacts.joined(separator: " "))") }
        if let config {
            let branch = config.branch.map { "\($0) " } ?? ""
            lines.append("   Config: \(branch)(\(config.commit.prefix(12)))" + (config.dirty ? " (dirty)" : ""))
        }
        if !tags.isEmpty { lines.append("   Tags: \(tags.joined(separator: " "))") }
        return lines.joined(separator: "\n")
    }
}
