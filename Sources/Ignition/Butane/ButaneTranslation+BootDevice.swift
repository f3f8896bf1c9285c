/// `boot_device`: a mirrored or encrypted root.
///
/// The partitions are those of the images that coreos-assembler makes; their sizes must not change, as GRUB and the
/// machine's firmware count on them. Source: Butane, `config/fcos/v1_6/translate.go`.
extension ButaneTranslation {
    /// The config that `boot_device` stands for; nil where it asks for nothing.
    mutating func bootDeviceConfig(_ device: SourceNode) throws -> SourceNode? {
        let mirrors = device["mirror"]?["devices"]?.elements ?? []
        let layout = try layout(of: device, isMirrored: !mirrors.isEmpty)
        let luks = device["luks"]
        let isBound = luks?["tpm2"]?.boolean == true || luks?["tang"]?.elements.isEmpty == false
        let hasCex = luks?["cex"]?["enabled"]?.boolean == true
        try checkCex(device, layout: layout, isBound: isBound)
        let isEncrypted = isBound || hasCex
        if let luks, !isEncrypted {
            warnings.append(
                ConfigWarning(source: source, luks.place, "no tang, tpm2 or cex: nothing will be encrypted"))
        }
        guard isEncrypted || !mirrors.isEmpty else { return nil }
        if mirrors.count == 1, let list = device["mirror"]?["devices"] {
            throw failure(list.place, "a mirror needs at least two devices")
        }
        var storage: ConfigValue = [:]
        var filesystems: [ConfigValue] = []
        if !mirrors.isEmpty {
            storage["disks"] = .array(
                mirrors.enumerated().map { Self.disk($1.text ?? "", number: $0 + 1, layout: layout) })
            if ["x86_64", "aarch64"].contains(layout) {
                filesystems += (1...mirrors.count).map {
                    Self.filesystem("/dev/disk/by-partlabel/esp-\($0)", "vfat", label: "esp-\($0)")
                }
            }
            storage["raid"] = .array(Self.arrays(count: mirrors.count))
            filesystems.append(Self.filesystem("/dev/md/md-boot", "ext4", label: "boot"))
        }
        filesystems.append(Self.filesystem(isEncrypted ? "/dev/mapper/root" : "/dev/md/md-root", "xfs", label: "root"))
        storage["filesystems"] = .array(filesystems)
        var made = SourceNode(storage, at: device.place, hasOwnKeys: false)
        if let luks, isEncrypted {
            let root = rootDevice(luks, layout: layout, isMirrored: !mirrors.isEmpty)
            made.set("luks", SourceNode(.list([Self.luks(luks, on: root, hasCex: hasCex)]), luks.place))
        }
        var result = SourceNode(.object([]), device.place)
        result.set("storage", made)
        return result
    }

    private mutating func layout(of device: SourceNode, isMirrored: Bool) throws -> String {
        guard let node = device["layout"], let layout = node.text else {
            if isMirrored, let mirror = device["mirror"] {
                warnings.append(
                    ConfigWarning(source: source, mirror.place, "boot_device.layout should say for which machines"))
            }
            return "x86_64"
        }
        let known =
            ["aarch64", "ppc64le", "x86_64"]
            + (version.minor >= 6 ? ["s390x-eckd", "s390x-virt", "s390x-zfcp"] : [])
        guard known.contains(layout) else {
            throw failure(node.place, "\(node.kind) is no layout; use one of \(known.sorted().joined(separator: ", "))")
        }
        guard layout.hasPrefix("s390x") else { return layout }
        if isMirrored { throw failure(node.place, "\(layout) cannot be mirrored") }
        let disks = ["s390x-eckd": "/dev/dasd", "s390x-zfcp": "/dev/sd"]
        if let prefix = disks[layout] {
            let disk = device["luks"]?["device"]
            let letter = disk?.text.flatMap { $0.hasPrefix(prefix) ? $0.dropFirst(prefix.count) : nil }
            guard let letter, letter.wholeMatch(of: /[a-z]/) != nil else {
                throw failure(
                    disk?.place ?? node.place, "\(layout) needs boot_device.luks.device, such as \(prefix)a")
            }
        }
        return layout
    }

    private func checkCex(_ device: SourceNode, layout: String, isBound: Bool) throws {
        guard let cex = device["luks"]?["cex"], cex["enabled"]?.boolean == true else { return }
        if !layout.hasPrefix("s390x") { throw failure(cex.place, "only the layouts of s390x have cex") }
        if isBound { throw failure(cex.place, "cannot be used together with tang and tpm2") }
    }

    private func rootDevice(_ luks: SourceNode, layout: String, isMirrored: Bool) -> String {
        let disk = luks["device"]?.text ?? ""
        switch layout {
        case "s390x-eckd": return disk + "2"
        case "s390x-zfcp": return disk + "4"
        default: return isMirrored ? "/dev/md/md-root" : "/dev/disk/by-partlabel/root"
        }
    }

    private static func disk(_ device: String, number: Int, layout: String) -> ConfigValue {
        func partition(_ label: String, _ size: Int?, _ type: String? = nil) -> ConfigValue {
            var result: ConfigValue = ["label": .string("\(label)-\(number)")]
            if let size { result["sizeMiB"] = .integer(size) }
            if let type { result["typeGuid"] = .string(type) }
            return result
        }
        let reserved = partition("reserved", 1, "8DA63339-0007-60C0-C436-083AC8230908")
        let first =
            switch layout {
            case "x86_64": partition("bios", 1, "21686148-6449-6E6F-744E-656564454649")
            case "ppc64le": partition("prep", 4, "9E1A2D38-C612-4316-AA26-8B49521E5A8B")
            default: reserved
            }
        let second =
            layout == "ppc64le" ? reserved : partition("esp", 127, "C12A7328-F81F-11D2-BA4B-00A0C93EC93B")
        return [
            "device": .string(device), "wipeTable": true,
            "partitions": [first, second, partition("boot", 384), partition("root", nil)],
        ]
    }

    private static func arrays(count: Int) -> [ConfigValue] {
        func devices(_ label: String) -> ConfigValue {
            .array((1...count).map { .string("/dev/disk/by-partlabel/\(label)-\($0)") })
        }
        return [
            // The superblock is at the end, so that GRUB need not know of the array.
            ["name": "md-boot", "level": "raid1", "devices": devices("boot"), "options": ["--metadata=1.0"]],
            ["name": "md-root", "level": "raid1", "devices": devices("root")],
        ]
    }

    private static func filesystem(_ device: String, _ format: String, label: String) -> ConfigValue {
        [
            "device": .string(device), "format": .string(format), "label": .string(label), "wipeFilesystem": true,
        ]
    }

    private static func luks(_ luks: SourceNode, on device: String, hasCex: Bool) -> SourceNode {
        let fixed: ConfigValue = [
            "name": "root", "label": "luks-root", "device": .string(device), "wipeVolume": true,
        ]
        var result = SourceNode(fixed, at: luks.place, hasOwnKeys: false)
        if let discard = luks["discard"] { result.set("discard", discard) }
        if hasCex, let cex = luks["cex"] {
            result.set("cex", cex)
            return result
        }
        var clevis = SourceNode(.object([]), luks.place)
        for key in ["tang", "threshold", "tpm2"] { if let node = luks[key] { clevis.set(key, node) } }
        result.set("clevis", clevis)
        return result
    }
}
