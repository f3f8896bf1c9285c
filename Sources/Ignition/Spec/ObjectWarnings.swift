/// What Ignition takes, but warns of.
///
/// Source: the `Validate` methods of Ignition's `config/v3_x/types`.
struct ObjectWarnings {
    let source: String

    /// The warnings of one object, without those of its members.
    func warnings(of node: SourceNode, _ object: SpecObject) -> [ConfigWarning] {
        switch object.name {
        case "Directory", "File": ofMode(node)
        case "Link": ofHardLink(node)
        case "Storage": ofFilesystems(node)
        case "Unit": ofUnit(node)
        default: []
        }
    }

    private func warning(_ node: SourceNode, _ reason: String) -> ConfigWarning {
        ConfigWarning(source: source, node.place, reason)
    }

    private func ofMode(_ node: SourceNode) -> [ConfigWarning] {
        guard let mode = node["mode"], let bits = mode.integer, bits & 0o7000 != 0 else { return [] }
        return [warning(mode, "before spec 3.6.0 Ignition does not set setuid, setgid and sticky bits reliably")]
    }

    private func ofHardLink(_ node: SourceNode) -> [ConfigWarning] {
        guard node["hard"]?.boolean == true else { return [] }
        return ["user", "group"].compactMap { node[$0] }.filter { !$0.isEmpty }.map {
            warning($0, "a hard link has the owner of its target; Ignition ignores this one")
        }
    }

    private func ofFilesystems(_ storage: SourceNode) -> [ConfigWarning] {
        (storage["filesystems"]?.elements ?? []).compactMap { filesystem in
            let disk = storage["disks"]?.elements.first { $0["device"]?.text == filesystem["device"]?.text }
            guard let disk, let device = filesystem["device"] else { return nil }
            if disk["partitions"]?.elements.isEmpty == false {
                return warning(
                    device, "the filesystem overwrites the partitions that storage.disks makes on the device")
            }
            guard disk["wipeTable"]?.boolean == true, filesystem["wipeFilesystem"]?.boolean != true else { return nil }
            return warning(device, "storage.disks wipes the device's table, and thus the filesystem too")
        }
    }

    private func ofUnit(_ unit: SourceNode) -> [ConfigWarning] {
        guard unit["enabled"]?.boolean == true, let contents = unit["contents"], let text = contents.text,
            !text.isEmpty,
            !text.split(whereSeparator: \.isNewline).contains(where: { $0.drop { $0 == " " }.hasPrefix("[Install]") })
        else { return [] }
        return [warning(contents, "the unit is enabled, but has no section [Install], so that nothing will start it")]
    }
}
