/// The mount and swap units of filesystems with `with_mount_unit`.
///
/// Source: Butane, `docs/config-fcos-v1_6.md` and the unit template in `base/v0_6/translate.go`.
struct MountUnits {
    let source: String
    let version: ButaneVersion

    /// A config with the units that `mounts` ask for; nil where there are none.
    ///
    /// - Parameters:
    ///   - mounts: the filesystems, and where the wish stands.
    ///   - config: the config that they are in, whose LUKS devices decide whether a mount needs the network.
    func units(_ mounts: [(filesystem: SourceNode, place: Place)], of config: SourceNode) throws -> SourceNode? {
        guard !mounts.isEmpty else { return nil }
        let units = try mounts.map { mount in
            SourceNode(try unit(mount.filesystem, config), at: mount.place, hasOwnKeys: false)
        }
        let place = mounts[0].place
        var systemd = SourceNode(.object([]), place)
        systemd.set("units", SourceNode(.list(units), place))
        var result = SourceNode(.object([]), place)
        result.set("systemd", systemd)
        return result
    }

    private func unit(_ filesystem: SourceNode, _ config: SourceNode) throws -> ConfigValue {
        let device = filesystem["device"]?.text ?? ""
        guard let format = filesystem["format"]?.text, !format.isEmpty else {
            throw missing("format", filesystem, "a filesystem with with_mount_unit needs a format")
        }
        let isRemote = needsNetwork(device, config)
        var options = (filesystem["mountOptions"]?.elements ?? []).compactMap(\.text)
        if isRemote { options.append("_netdev") }
        let optionsLine = options.isEmpty ? "" : "Options=\(options.joined(separator: ","))\n"
        let escaped = UnitName.escaped(path: device)
        // Butane knows swap units since 1.4.
        if format == "swap", version.minor >= 4 {
            let contents = """
                # Made from with_mount_unit
                [Swap]
                What=\(device)
                \(optionsLine)
                [Install]
                RequiredBy=swap.target

                """
            return Self.unit("\(escaped).swap", contents)
        }
        guard let path = filesystem["path"], let target = path.text, !target.isEmpty else {
            throw missing("path", filesystem, "a filesystem with with_mount_unit needs a path")
        }
        if version.minor >= 6, !["/etc", "/var"].contains(where: { target == $0 || target.hasPrefix($0 + "/") }) {
            throw IgnitionError(source: source, path.place, "must be under /etc or /var for with_mount_unit")
        }
        let contents = """
            # Made from with_mount_unit
            [Unit]
            Requires=systemd-fsck@\(escaped).service
            After=systemd-fsck@\(escaped).service

            [Mount]
            Where=\(target)
            What=\(device)
            Type=\(format)
            \(optionsLine)
            [Install]
            RequiredBy=\(isRemote ? "remote-fs.target" : "local-fs.target")

            """
        return Self.unit("\(UnitName.escaped(path: target)).mount", contents)
    }

    private static func unit(_ name: String, _ contents: String) -> ConfigValue {
        ["name": .string(name), "enabled": true, "contents": .string(contents)]
    }

    private func missing(_ key: String, _ node: SourceNode, _ reason: String) -> IgnitionError {
        IgnitionError(source: source, node[key]?.place ?? node.place.member(key), "missing; \(reason)")
    }

    /// Whether `device` is an encrypted one whose key comes from a Tang server.
    private func needsNetwork(_ device: String, _ config: SourceNode) -> Bool {
        (config["storage"]?["luks"]?.elements ?? []).contains { luks in
            let name = luks["name"]?.text ?? ""
            return ["/dev/mapper/\(name)", "/dev/disk/by-id/dm-name-\(name)"].contains(device)
                && luks["clevis"]?["tang"]?.elements.isEmpty == false
        }
    }
}
