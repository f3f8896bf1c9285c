import VirtualMachine

/// What must hold in the system that a live test has booted last.
struct LiveChecks: Sendable {
    let scenario: LiveScenario
    let guest: Guest

    /// The live system.
    ///
    /// - Throws: ``TestFailure`` that says what is not as it should be.
    func checkLive() async throws {
        try await check("this is no live system: /run/ostree-live is missing", "[ -e /run/ostree-live ]")
        try await checkFirmware()
        if scenario.kind == .fips {
            try await check("FIPS mode is off", "grep -q 1 /proc/sys/crypto/fips_enabled")
            try await check("the crypto policy is not FIPS", "grep -q FIPS /etc/crypto-policies/config")
        }
        if scenario.firmware != .bios {
            // What the firmware made by itself goes with the medium (mantle/kola/tests/iso/common.go, VerifyNoEfiBootEntry).
            try await check(
                "the boot entry of the medium was not made by the firmware",
                """
                type efibootmgr >/dev/null 2>&1 || exit 0
                . /etc/os-release
                [ "${PLATFORM_ID:-}" != platform:el9 ] || exit 0
                efibootmgr | grep -E '(UEFI Misc Device|CDROM|DVD-ROM)' | grep -q auto_created_boot_option
                """)
        }
        try await checkLogin()
    }

    /// The system on the disk.
    ///
    /// - Throws: ``TestFailure`` that says what is not as it should be.
    func checkInstalled() async throws {
        try await check("the live system is still there", "[ ! -e /run/ostree-live ]")
        try await checkFirmware()
        try await check(
            "the root filesystem is not on the disk",
            """
            source=$(findmnt -nvo SOURCE /sysroot)
            disk=$(lsblk -lnspo NAME "$source" | tail -n 1)
            [ "$disk" = "$(readlink -f /dev/disk/by-id/virtio-primary-disk)" ] || { echo "$source"; exit 1; }
            """)
        let sectors = scenario.hasLargeSectors ? 4096 : 512
        try await check(
            "the disk's sectors have not \(sectors) bytes",
            "size=$(blockdev --getss /dev/disk/by-id/virtio-primary-disk); echo $size; [ $size = \(sectors) ]")
        try await check(
            "Ignition did not run for metal in this first boot",
            """
            cat /proc/cmdline
            grep -qw ignition.firstboot /proc/cmdline && grep -qw ignition.platform.id=metal /proc/cmdline
            """)
        // One that has ended stays active: to start it again is to wait for it.
        try await check(
            "the next boot would be a first one again",
            """
            for unit in coreos-ignition-firstboot-complete ignition-firstboot-complete; do
                if systemctl --quiet cat $unit.service >/dev/null 2>&1; then systemctl start $unit.service; fi
            done
            [ ! -e /boot/ignition.firstboot ]
            """)
        // It is up to the OS; CoreOS removes it.
        try await check(
            "the Ignition config is still in /boot/ignition",
            "! systemctl --quiet cat coreos-ignition-firstboot-complete.service >/dev/null 2>&1 || [ ! -e /boot/ignition ]"
        )
        try await checkLogin()
    }

    private func checkFirmware() async throws {
        let mode = try await guest.commands.run("if [ -d /sys/firmware/efi ]; then echo uefi; else echo bios; fi")
        let expected = scenario.firmware == .bios ? "bios" : "uefi"
        guard mode == expected else { throw TestFailure("the guest was started by \(mode), not by \(expected)") }
    }

    /// The config's key lets the config's user in.
    private func checkLogin() async throws {
        let user = try await guest.run("id -un")
        guard user == GuestConfiguration.user else { throw TestFailure("SSH logs in as \"\(user)\"") }
    }

    private func check(_ complaint: String, _ script: String) async throws {
        let answer = try await guest.commands.capture("(\(script)\n)")
        guard answer.status == 0 else {
            throw TestFailure(answer.text.isEmpty ? complaint : "\(complaint): \(answer.text)")
        }
    }
}
