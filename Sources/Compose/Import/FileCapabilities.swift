/// File capabilities: from the text that packages carry to the bytes of the `security.capability` attribute.
enum FileCapabilities {
    /// The name of the extended attribute.
    static let attribute = "security.capability"

    /// Names by number (linux/capability.h).
    private static let names = [
        "chown", "dac_override", "dac_read_search", "fowner", "fsetid", "kill", "setgid", "setuid", "setpcap",
        "linux_immutable", "net_bind_service", "net_broadcast", "net_admin", "net_raw", "ipc_lock", "ipc_owner",
        "sys_module", "sys_rawio", "sys_chroot", "sys_ptrace", "sys_pacct", "sys_admin", "sys_boot", "sys_nice",
        "sys_resource", "sys_time", "sys_tty_config", "mknod", "lease", "audit_write", "audit_control", "setfcap",
        "mac_override", "mac_admin", "syslog", "wake_alarm", "block_suspend", "audit_read", "perfmon", "bpf",
        "checkpoint_restore",
    ]

    /// The attribute (version 2, 20 bytes, little endian) for a text such as `cap_net_raw,cap_net_admin=ep`
    /// (cap_from_text(3)); nil where the text is not understood.
    static func bytes(_ text: String) -> [UInt8]? {
        var effective: UInt64 = 0
        var permitted: UInt64 = 0
        var inheritable: UInt64 = 0
        for clause in text.split(whereSeparator: \.isWhitespace) {
            guard let start = clause.firstIndex(where: { "=+-".contains($0) }), let mask = mask(clause[..<start]) else {
                return nil
            }
            var rest = clause[start...]
            while let sign = rest.popFirst() {
                guard "=+-".contains(sign) else { return nil }
                let flags = rest.prefix { !"=+-".contains($0) }
                rest = rest.dropFirst(flags.count)
                guard flags.allSatisfy({ "eip".contains($0) }) else { return nil }
                if sign == "=" {
                    effective &= ~mask
                    permitted &= ~mask
                    inheritable &= ~mask
                }
                for flag in flags {
                    let update = { (set: inout UInt64) in set = sign == "-" ? set & ~mask : set | mask }
                    switch flag {
                    case "e": update(&effective)
                    case "p": update(&permitted)
                    default: update(&inheritable)
                    }
                }
            }
        }
        // The kernel keeps one effective bit for the whole file.
        let magic: UInt32 = 0x0200_0000 | (effective != 0 ? 1 : 0)
        let words = [
            magic, UInt32(truncatingIfNeeded: permitted), UInt32(truncatingIfNeeded: inheritable),
            UInt32(truncatingIfNeeded: permitted >> 32), UInt32(truncatingIfNeeded: inheritable >> 32),
        ]
        return words.flatMap { word in (0..<4).map { UInt8(truncatingIfNeeded: word >> (8 * $0)) } }
    }

    private static func mask(_ list: Substring) -> UInt64? {
        let all = (UInt64(1) << UInt64(names.count)) - 1
        if list.isEmpty || list == "all" { return all }
        var mask: UInt64 = 0
        for name in list.split(separator: ",") {
            let lower = name.lowercased()
            guard lower.hasPrefix("cap_"), let number = names.firstIndex(of: String(lower.dropFirst(4))) else {
                return nil
            }
            mask |= 1 << UInt64(number)
        }
        return mask
    }
}
