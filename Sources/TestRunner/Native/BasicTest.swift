import Ignition
import VirtualMachine

/// The OS boots, is provisioned, is read-only where it must be, says which version it is, and comes back after a reboot.
enum BasicTest {
    private static let file = "/etc/kola-basic"
    private static let content = "written by Ignition"
    private static let user = "kolauser"
    private static let hostname = "kola-basic"
    private static let unit = "kola-basic.service"
    /// The last byte of the variable, after four of attributes (UEFI specification 2.10, section 3.3).
    private static let secureBoot =
        "tail -c 1 /sys/firmware/efi/efivars/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c | od -An -t u1 | tr -d ' '"
    private static let unitMarker = "/run/kola-basic"

    /// - Parameter change: what else the test says about itself.
    static func test(
        name: String, firmware: MachineDescription.Firmware? = nil, _ change: (inout TestMetadata) -> Void = { _ in }
    ) -> KolaTest {
        var metadata = TestMetadata()
        change(&metadata)
        metadata.description = "The OS boots, Ignition provisions it, and a reboot keeps what it did."
        return KolaTest(
            name: name, metadata: metadata, firmware: firmware, ignition: config,
            body: .native { context in try await run(context, firmware: firmware) })
    }

    private static var config: IgnitionConfig {
        var config = IgnitionConfig()
        config.addFile(file, text: content + "\n")
        config.addUser(user, groups: ["adm"])
        config.setHostname(hostname)
        config.addUnit(
            unit,
            contents: """
                [Unit]
                Description=A unit from Ignition

                [Service]
                Type=oneshot
                RemainAfterExit=yes
                ExecStart=/bin/sh -c 'echo ran >\(unitMarker)'

                [Install]
                WantedBy=multi-user.target

                """)
        return config
    }

    private static func run(_ context: TestContext, firmware: MachineDescription.Firmware?) async throws {
        let guest = context.guest
        try await context.subtest("Firmware") {
            let firmware = guest.machine.description.firmware
            let mode = try await guest.run("test -d /sys/firmware/efi && echo uefi || echo bios")
            try expect(mode, firmware == .bios ? "bios" : "uefi", "the guest's firmware")
            guard firmware == .uefiSecure else { return }
            try expect(try await guest.run(secureBoot), "1", "the state of Secure Boot")
        }
        try await context.subtest("Ignition") { try await checkProvisioned(guest) }
        try await context.subtest("ReadOnly") {
            let output = try await guest.session().capture("sudo touch /usr/kola-test")
            guard output.status != 0, output.standardError.contains("Read-only file system") else {
                throw TestFailure("/usr can be written to")
            }
        }
        try await context.subtest("Version") { try await checkVersion(guest, context.system) }
        try await context.subtest("Reboot") { try await checkReboot(guest) }
    }

    private static func checkProvisioned(_ guest: Guest) async throws {
        try expect(try await guest.run("cat \(file)"), content, file)
        try expect(try await guest.run("uname -n"), hostname, "the host name")
        try expect(try await guest.run("cat \(unitMarker)"), "ran", "what the unit of Ignition's config wrote")
        let groups = try await guest.run("id -Gn \(user)")
        guard groups.split(separator: " ").contains("adm") else {
            throw TestFailure("the user of Ignition's config is in the groups \"\(groups)\", without adm")
        }
    }

    private static func checkVersion(_ guest: Guest, _ system: SystemUnderTest) async throws {
        let release = try await guest.run(#". /etc/os-release; echo "${OSTREE_VERSION:-$VERSION}""#)
        let version = system.version ?? release
        let status = try await guest.run("sudo ostree admin status")
        guard !version.isEmpty, status.contains("Version: \(version)") else {
            throw TestFailure(
                "`ostree admin status` does not show the version \"\(version)\"",
                details: status.split(separator: "\n").map(String.init))
        }
    }

    /// A change after the first boot tells a file that was kept from one that was written again.
    private static func checkReboot(_ guest: Guest) async throws {
        let change = "changed since"
        try await guest.run("echo \(change.shellQuoted) | sudo tee \(file) >/dev/null && sync")
        try await guest.reboot()
        try expect(try await guest.run("cat \(file)"), change, "\(file) after a reboot")
        try expect(try await guest.run("uname -n"), hostname, "the host name after a reboot")
        try expect(try await guest.run("cat \(unitMarker)"), "ran", "what the unit wrote after a reboot")
        try await guest.run("id \(user)")
        let arguments = try await guest.run("cat /proc/cmdline")
        guard !arguments.contains("ignition.firstboot") else {
            throw TestFailure("the second boot is a first boot again: \(arguments)")
        }
        let entries = try await guest.run("sudo journalctl --boot --quiet --identifier=ignition --output=cat")
        guard entries.isEmpty else {
            throw TestFailure(
                "Ignition ran again in the second boot", details: entries.split(separator: "\n").map(String.init))
        }
    }

    private static func expect(_ found: String, _ expected: String, _ what: String) throws {
        guard found == expected else { throw TestFailure("\(what) is \"\(found)\", not \"\(expected)\"") }
    }
}
