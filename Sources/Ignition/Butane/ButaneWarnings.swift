/// What Butane warns of.
///
/// Source: Butane, `config/fcos/v1_6/translate.go` and `validate.go`, `base/util/file.go`.
struct ButaneWarnings {
    let source: String
    let version: ButaneVersion

    /// The warnings of a translated config.
    func warnings(of config: SourceNode, bootDevice: SourceNode?) -> [ConfigWarning] {
        let storage = config["storage"]
        var result: [ConfigWarning] = []
        for disk in storage?["disks"]?.elements ?? [] { result += warnings(ofDisk: disk) }
        for list in ["directories", "files"] {
            for mode in (storage?[list]?.elements ?? []).compactMap({ $0["mode"] }) {
                guard let number = mode.integer, let octal = Int("\(number)", radix: 8), octal <= 0o7777,
                    !FileMode.isUsual(number, isDirectory: list == "directories"),
                    FileMode.isUsual(octal, isDirectory: list == "directories")
                else { continue }
                result.append(
                    warning(mode, "\(number) is an odd mode, but usual in octal; write it as 0\(number)"))
            }
        }
        return result
    }

    private func warning(_ node: SourceNode, _ reason: String) -> ConfigWarning {
        ConfigWarning(source: source, node.place, reason)
    }

    private func warnings(ofDisk disk: SourceNode) -> [ConfigWarning] {
        var result: [ConfigWarning] = []
        let numbers = ["BIOS-BOOT": 1, "PowerPC-PReP-boot": 1, "EFI-SYSTEM": 2, "boot": 3, "root": 4]
        let partitions = disk["partitions"]?.elements ?? []
        let isWiped = disk["wipeTable"]?.boolean == true
        let isBootDisk = disk["device"]?.text == "/dev/disk/by-id/coreos-boot-disk"
        for (index, partition) in partitions.enumerated() {
            guard let label = partition["label"], let name = label.text else { continue }
            let number = partition["number"]?.integer ?? 0
            if version.minor >= 6, !isBootDisk, !isWiped, number == 0 {
                result.append(
                    warning(label, "a partition cannot be used again by its label; give it a number or set wipe_table"))
            }
            if !isWiped, let usual = numbers[name], number != usual {
                result.append(warning(label, "\"\(name)\" is partition \(usual) of the image; this makes another one"))
            }
            guard version.minor >= 3, name == "root" else { continue }
            let size = partition["sizeMiB"]?.integer ?? 0
            let isFollowed = partitions.enumerated().contains {
                $0.offset != index && ($0.element["startMiB"]?.integer ?? 0) == 0
            }
            if size > 0, size < 8192 {
                result.append(warning(partition["sizeMiB"] ?? label, "the root should have 8192 MiB or more"))
            } else if size == 0, isFollowed {
                result.append(warning(label, "the root cannot grow: another partition without a start follows it"))
            }
        }
        return result
    }
}

/// What file modes people write.
enum FileMode {
    /// Whether `mode` makes sense: nobody may do less than those with fewer rights, and somebody may read.
    static func isUsual(_ mode: Int, isDirectory: Bool) -> Bool {
        if mode == 0 { return true }
        var union = 0
        for rights in [mode & 7, mode >> 3 & 7, mode >> 6 & 7] {
            if union & ~rights != 0 { return false }
            let (canExecute, canRead) = (rights & 1 != 0, rights & 4 != 0)
            if canExecute, union & 4 != 0, union & 1 == 0 { return false }
            if !canRead, rights & 3 != 0 { return false }
            union |= rights
        }
        guard union & 4 != 0 else { return false }
        if isDirectory {
            return union & 1 != 0 && mode & 0o4000 == 0 && !(mode & 0o3000 != 0 && union & 2 == 0)
        }
        if mode & 0o6000 != 0, union & 1 == 0 || mode & 2 != 0 { return false }
        return mode & 0o1000 == 0
    }
}
