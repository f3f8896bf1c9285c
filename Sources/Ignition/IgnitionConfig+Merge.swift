extension IgnitionConfig {
    /// This config with `child` laid over it, as Ignition merges a child config into its parent.
    ///
    /// Objects merge member by member and a child's value wins; list elements with the same key (a file's path, a unit's
    /// name …) merge, others are appended; a path that the child makes a file, directory or link is no longer any of the
    /// other two. The version is the newer of both. Source: Ignition, `config/merge/merge.go`.
    public func merged(with child: IgnitionConfig) -> IgnitionConfig {
        var result = self
        result.root = Merge.values(root, child.root, path: [])
        result.removePathsOfOtherKinds(in: child)
        if let mine = version, let other = child.version {
            result.root["ignition"]?["version"] = .string(max(mine, other).description)
        }
        return result
    }

    /// Of the paths that `child` names, only the kind that it gives them stays.
    private mutating func removePathsOfOtherKinds(in child: IgnitionConfig) {
        let kinds = ["directories", "files", "links"]
        for kind in kinds {
            let taken = Set((child.root["storage"]?[kind]?.array ?? []).compactMap { $0["path"]?.string })
            for other in kinds where other != kind && !taken.isEmpty {
                guard let elements = root["storage"]?[other]?.array else { continue }
                let kept = elements.filter { !taken.contains($0["path"]?.string ?? "") }
                if kept.count != elements.count { root["storage"]?[other] = .array(kept) }
            }
        }
    }
}

/// Ignition's merge of two JSON values.
enum Merge {
    /// The member that identifies the elements of a list, by the list's path; a list that is not here has none.
    private static let keys: [String: String] = [
        "passwd.groups": "name", "passwd.users": "name", "systemd.units": "name", "systemd.units.dropins": "name",
        "storage.files": "path", "storage.directories": "path", "storage.links": "path", "storage.disks": "device",
        "storage.filesystems": "path", "storage.raid": "name", "storage.luks": "name",
        "storage.luks.clevis.tang": "url", "storage.files.contents.httpHeaders": "name",
    ]
    /// Lists whose elements are appended as they are, duplicates included.
    private static let appended: Set<String> = [
        "ignition.config.merge", "ignition.security.tls.certificateAuthorities", "storage.files.append",
        "storage.filesystems.mountOptions", "storage.filesystems.options", "storage.raid.options",
        "storage.luks.options",
    ]

    static func values(_ parent: ConfigValue, _ child: ConfigValue, path: [String]) -> ConfigValue {
        switch (parent, child) {
        case (_, .null): return parent
        case (.object(let left), .object(let right)):
            var result = left
            for (key, value) in right {
                result[key] = left[key].map { values($0, value, path: path + [key]) } ?? value
            }
            return .object(result)
        case (.array(let left), .array(let right)):
            return .array(lists(left, right, path: path))
        default: return child
        }
    }

    private static func lists(_ parent: [ConfigValue], _ child: [ConfigValue], path: [String]) -> [ConfigValue] {
        let name = path.joined(separator: ".")
        if appended.contains(name) { return parent + child }
        var result = parent
        for element in child {
            let mine = identity(of: element, in: name)
            if let index = result.firstIndex(where: { identity(of: $0, in: name) == mine }) {
                result[index] = values(result[index], element, path: path)
            } else {
                result.append(element)
            }
        }
        return result
    }

    private static func identity(of element: ConfigValue, in list: String) -> ConfigValue {
        if list == "storage.disks.partitions" {
            // Partitions go by number, or by label where the number is 0 ("the next free one").
            if let number = element["number"], number != 0 { return number }
            return element["label"] ?? element
        }
        return keys[list].flatMap { element[$0] } ?? element
    }
}
