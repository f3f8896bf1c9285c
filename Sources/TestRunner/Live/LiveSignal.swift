import Ignition
import VirtualMachine

/// What guests say on ``GuestPort/installation`` (mantle/kola/tests/iso/common.go), and the units that say it.
enum LiveSignal {
    /// The live system is up.
    static let live = "live-test-OK"
    /// The installed system is up.
    static let installed = "coreos-installer-test-OK"
    /// A system ended in its emergency target.
    static let emergency = "coreos-installer-test-entered-emergency-target"
    /// Before ``emergency``: the units that failed.
    static let failedUnits = "coreos-installer-test-failed-units "
    /// Before ``emergency``: the installer's last line.
    static let lastLine = "coreos-installer-test-last-line "

    private static let port = """
        Requires=\(GuestPort.installation.deviceUnit)
        After=\(GuestPort.installation.deviceUnit)
        """

    /// Adds what tells that a system could not go on. It does so before the emergency shell, whose prompt is on the console.
    static func addFailure(to config: inout IgnitionConfig) {
        config.addUnit(
            "coreos-test-entered-emergency-target.service",
            contents: """
                [Unit]
                Description=Tell the host that this system needs help
                \(port)
                Before=emergency.service
                DefaultDependencies=no

                [Service]
                Type=oneshot
                RemainAfterExit=yes
                ExecStart=/bin/bash -c "\(UnitFile.quoted(failureScript))"

                [Install]
                RequiredBy=emergency.target

                """)
        config.addDropin(
            "10-kola.conf", to: GuestPort.installation.deviceUnit, contents: "[Unit]\nJobTimeoutSec=infinity\n")
    }

    /// The installer's own lines are those of its program, or of its unit's processes where it writes to the journal alone.
    static let failureScript = """
        exec >\(GuestPort.installation.device)
        journalctl --sync
        units=$(systemctl list-units --state=failed --plain --no-legend --no-pager --full)
        echo "\(failedUnits)$(while read -r unit rest; do printf '%s ' "$unit"; done <<<"$units")"
        said=$(journalctl --boot --quiet --no-pager --all --output=cat \
        SYSLOG_IDENTIFIER=coreos-installer-service + _SYSTEMD_UNIT=coreos-installer.service | sed '/^[[:space:]]*$/d' | tail -n 1)
        echo "\(lastLine)${said:0:2000}"
        echo \(emergency)
        """

    /// Adds what tells that the live system is up.
    static func addLive(to config: inout IgnitionConfig) {
        config.addUnit(
            "live-signal-ok.service",
            contents: unit(
                "Tell the host that the live system is up", "Before=coreos-installer.service", says: live,
                requiredBy: "coreos-installer.target multi-user.target"))
        config.addUnit(
            "iso-not-mounted-when-fromram.service",
            contents: """
                [Unit]
                Description=Nothing is left of the ISO
                OnFailure=emergency.target
                OnFailureJobMode=isolate
                ConditionKernelCommandLine=coreos.liveiso.fromram
                Before=coreos-installer.service

                [Service]
                Type=oneshot
                RemainAfterExit=yes
                ExecStart=/bin/sh -c '! mountpoint /run/media/iso'

                [Install]
                RequiredBy=coreos-installer.target

                """)
    }

    /// Adds what tells that the installed system is up.
    static func addInstalled(to config: inout IgnitionConfig) {
        config.addUnit(
            "coreos-test-installer.service",
            contents: unit(
                "Tell the host that the installed system is up", "ConditionPathExists=!/run/ostree-live",
                says: installed, requiredBy: "multi-user.target"))
    }

    private static func unit(_ description: String, _ more: String, says signal: String, requiredBy: String) -> String {
        """
        [Unit]
        Description=\(description)
        \(port)
        \(more)
        OnFailure=emergency.target
        OnFailureJobMode=isolate

        [Service]
        Type=oneshot
        RemainAfterExit=yes
        ExecStart=/bin/sh -c 'echo \(signal) >\(GuestPort.installation.device)'

        [Install]
        RequiredBy=\(requiredBy)

        """
    }
}
