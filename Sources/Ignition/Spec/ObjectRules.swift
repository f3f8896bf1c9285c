/// What Ignition demands of several members of one object together.
///
/// Source: the `Validate` methods of Ignition's `config/v3_x/types`.
struct ObjectRules {
    let source: String

    /// - Throws: ``IgnitionError`` at the first rule that `node` breaks.
    func check(_ node: SourceNode, _ object: SpecObject) throws {
        switch object.name {
        case "Owner":
            try refuse(node["id"] != nil && node["name"]?.text?.isEmpty == false, node, "has both an id and a name")
        case "Resource", "ConfigReference", "MergedConfig", "Authority": try checkReference(node)
        case "File":
            let isEmpty = node["contents"]?["source"] == nil
            try refuse(
                node["overwrite"]?.boolean == true && isEmpty, node["overwrite"] ?? node,
                "overwrite must not be true for a file without contents")
        case "Filesystem": try checkFilesystem(node)
        case "Disk": try checkDisk(node)
        case "Partition": try checkPartition(node)
        case "Raid":
            let isStriped = ["linear", "raid0", "0", "stripe"].contains(node["level"]?.text)
            try refuse(
                isStriped && (node["spares"]?.integer ?? 0) != 0, node["spares"] ?? node,
                "an array of this level cannot have spares")
        case "Luks": try checkLuks(node)
        case "Storage":
            try checkLinks(node)
            try refuseShared(node, ["directories", "files", "links"], key: { $0["path"]?.text })
        case "KernelArguments":
            try refuseShared(node, ["shouldExist", "shouldNotExist"], key: { $0.text })
        case "Config": try checkUnitPaths(node)
        default: break
        }
    }

    /// A unit is a file too.
    private func checkUnitPaths(_ config: SourceNode) throws {
        var taken: Set<String> = []
        for unit in config["systemd"]?["units"]?.elements ?? [] {
            let path = "/etc/systemd/system/\(unit["name"]?.text ?? "")"
            if unit["contents"]?.text?.isEmpty == false { taken.insert(path) }
            for dropin in unit["dropins"]?.elements ?? [] where dropin["contents"]?.text?.isEmpty == false {
                taken.insert("\(path).d/\(dropin["name"]?.text ?? "")")
            }
        }
        for list in ["directories", "files", "links"] {
            for node in config["storage"]?[list]?.elements ?? [] {
                guard let path = node["path"], let text = path.text, taken.contains(text) else { continue }
                throw IgnitionError(source: source, path.place, "\(text) is what a unit in systemd.units becomes")
            }
        }
    }

    private func refuse(_ isWrong: Bool, _ node: SourceNode, _ reason: String) throws {
        if isWrong { throw IgnitionError(source: source, node.place, reason) }
    }

    private func refuseShared(_ node: SourceNode, _ lists: [String], key: (SourceNode) -> String?) throws {
        var seen: [String: String] = [:]
        for list in lists {
            for element in node[list]?.elements ?? [] {
                guard let name = key(element) else { continue }
                if let other = seen[name], other != list {
                    try refuse(true, element, "\"\(SourceNode.excerpt(name))\" is in \(other) too; keep one")
                }
                seen[name] = list
            }
        }
    }

    private func checkReference(_ node: SourceNode) throws {
        let url = node["source"]?.text
        if let verification = node["verification"], verification["hash"] != nil {
            try refuse(url == nil, verification, "there is no source to verify")
        }
        if let headers = node["httpHeaders"], !headers.elements.isEmpty {
            let isHTTP = url?.hasPrefix("http:") == true || url?.hasPrefix("https:") == true
            try refuse(!isHTTP, headers, "only http and https sources have headers")
        }
    }

    private func checkFilesystem(_ node: SourceNode) throws {
        let label = node["label"]?.text ?? ""
        guard let format = node["format"]?.text, !format.isEmpty else {
            let others = ["path", "label", "uuid", "wipeFilesystem", "mountOptions", "options"]
            let used = others.first { node[$0].map { !$0.isEmpty && $0.boolean != false } ?? false }
            return try refuse(used != nil, used.flatMap { node[$0] } ?? node, "is of no use without a format")
        }
        let longest = ["ext4": 16, "btrfs": 256, "xfs": 12, "swap": 15, "vfat": 11]
        if let limit = longest[format] {
            try refuse(
                label.utf8.count > limit, node["label"] ?? node,
                "\"\(SourceNode.excerpt(label))\" is longer than the \(limit) characters of a label of \(format)")
        }
    }

    private func checkPartition(_ node: SourceNode) throws {
        let isNumbered = (node["number"]?.integer ?? 0) != 0
        try refuse(!isNumbered && node["label"] == nil, node, "a partition needs a number from 1 or a label")
        if node["shouldExist"]?.boolean == false {
            let other = ["label", "typeGuid", "guid", "startMiB", "sizeMiB"].first { node[$0] != nil }
            try refuse(other != nil, other.flatMap { node[$0] } ?? node, "a partition that should not exist has none")
        }
    }

    private func checkDisk(_ node: SourceNode) throws {
        var labels: Set<String> = []
        var taken: [ClosedRange<Int>] = []
        for partition in node["partitions"]?.elements ?? [] {
            if let label = partition["label"]?.text {
                let isNew = labels.insert(label).inserted
                try refuse(!isNew, partition, "the label \"\(label)\" is on the disk more than once")
            }
            guard let start = partition["startMiB"]?.integer, start > 0, let size = partition["sizeMiB"]?.integer,
                size >= 0
            else { continue }
            // A size of 0 is the rest of the disk, of which only the start is known.
            let (end, isBeyond) = start.addingReportingOverflow(max(size, 1) - 1)
            let range = start...(isBeyond ? Int.max : end)
            try refuse(taken.contains { $0.overlaps(range) }, partition, "overlaps another partition of the disk")
            taken.append(range)
        }
    }

    private func checkLuks(_ node: SourceNode) throws {
        let clevis = node["clevis"]
        let isBound =
            clevis?["tang"]?.elements.isEmpty == false || clevis?["tpm2"]?.boolean == true
            || (clevis?["threshold"]?.integer ?? 0) != 0
        let custom = clevis?["custom"]
        let pin = custom?["pin"]?.text ?? ""
        if let clevis, let custom {
            try refuse(!pin.isEmpty && isBound, clevis, "custom goes without tang, tpm2 and threshold")
            let config = custom["config"]?.text ?? ""
            try refuse(pin.isEmpty != config.isEmpty, custom, "needs both a pin and a config")
        }
        let label = node["label"]?.text ?? ""
        try refuse(
            label.utf8.count > 47, node["label"] ?? node,
            "\"\(SourceNode.excerpt(label))\" is longer than the 47 characters of a LUKS label")
        if let cex = node["cex"], cex["enabled"]?.boolean == true {
            try refuse(isBound || !pin.isEmpty, cex, "cannot be used together with clevis")
            try refuse(node["keyFile"]?["source"] != nil, cex, "cannot be used together with a key file")
        }
    }

    /// Ignition does not follow links of its own config.
    private func checkLinks(_ storage: SourceNode) throws {
        let links = (storage["links"]?.elements ?? []).compactMap { $0["path"]?.text }
        for list in ["directories", "files", "links"] {
            for node in storage[list]?.elements ?? [] {
                guard let path = node["path"] else { continue }
                let link = links.first { path.text?.hasPrefix($0 + "/") == true }
                try refuse(link != nil, path, "leads through the link \(link ?? "") of the same config")
            }
        }
    }
}
