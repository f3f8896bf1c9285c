import Ignition
import VirtualMachine

/// How a machine of a test with several becomes one of them: its address on the segment that they share, and their names.
///
/// It is put on when the machine is up, by commands, so that machines which differ in nothing else can share a boot; and again
/// at each later boot, by a service. All it takes of the guest is `ip`.
enum SegmentMembership {
    /// The service that puts it on at a boot.
    static let unit = "kola-segment.service"
    /// What is put on: the card's address, the machine's, and its name.
    private static let settings = "/etc/kola-segment"
    private static let program = "/usr/local/bin/kola-segment"

    /// The host name of a test's machine, counted from 0.
    static func hostname(_ number: Int) -> String { "qemu\(number)" }

    /// The IP address of a test's machine on the segment.
    static func address(_ number: Int) -> String { "10.0.100.\(number + 1)" }

    private static func cardAddress(_ number: Int) -> String {
        let byte = String(number + 1, radix: 16)
        return QEMUArguments.segmentAddress.dropLast(2) + (byte.count == 1 ? "0" : "") + byte
    }

    /// Adds to a machine's config what it takes: the network's services leave the card alone.
    static func prepare(_ config: inout IgnitionConfig) {
        let card = QEMUArguments.segmentAddress
        config.addFile(
            "/etc/systemd/network/00-kola-segment.network",
            text: "[Match]\nPermanentMACAddress=\(card)\n\n[Link]\nUnmanaged=yes\n")
        config.addFile(
            "/etc/NetworkManager/conf.d/00-kola-segment.conf", text: "[keyfile]\nunmanaged-devices=mac:\(card)\n")
        config.addFile(program, text: script, mode: 0o755)
        config.addUnit(unit, contents: unitFile)
    }

    /// The script that makes a machine number `number` of `count`.
    static func joining(_ number: Int, of count: Int) -> String {
        let names = (0..<count).map { "\(address($0)) \(hostname($0))" }.joined(separator: "\\n")
        return """
            printf '\(names)\\n' >>/etc/hosts
            echo \(cardAddress(number)) \(address(number)) \(hostname(number)) >\(settings)
            systemctl start \(unit)
            """
    }

    private static let unitFile = """
        [Unit]
        Description=Join the network of the test's machines
        ConditionPathExists=\(settings)
        After=network-online.target
        Wants=network-online.target
        Before=\(GuestConfiguration.readyUnit)

        [Service]
        Type=oneshot
        RemainAfterExit=yes
        ExecStart=\(program)

        [Install]
        WantedBy=multi-user.target

        """

    private static let script = """
        #!/bin/bash
        set -euo pipefail
        read -r card address name <\(settings)
        echo "$name" >/proc/sys/kernel/hostname
        for folder in /sys/class/net/*; do
            read -r found <"$folder/address" || continue
            if [ "$found" = \(QEMUArguments.segmentAddress) ]; then
                device=${folder##*/}
                ip link set dev "$device" down address "$card"
                ip address replace "$address/24" dev "$device"
                exec ip link set dev "$device" up
            fi
        done
        echo "no card has the address \(QEMUArguments.segmentAddress)" >&2
        exit 1

        """
}
