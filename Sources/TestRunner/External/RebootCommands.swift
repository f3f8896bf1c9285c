import VirtualMachine

/// The autopkgtest commands with which a test reboots its guest: they tell the host which mark to go on from, and wait
/// until the guest goes down.
enum RebootCommands {
    /// One script for all commands; the links to it tell them apart.
    static let path = "/usr/local/bin/kola-reboot"
    /// Makes the links at every boot, as /tmp is empty then.
    static let unit = "kola-reboot-commands.service"

    static let names = ["autopkgtest-reboot", "autopkgtest-reboot-prepare"]

    static let unitFile = """
        [Unit]
        Description=The reboot commands of kola's tests
        After=systemd-tmpfiles-setup.service
        RequiresMountsFor=/tmp

        [Service]
        Type=oneshot
        RemainAfterExit=yes
        ExecStart=/bin/ln -sfn \(path) /tmp/autopkgtest-reboot
        ExecStart=/bin/ln -sfn \(path) /tmp/autopkgtest-reboot-prepare

        [Install]
        WantedBy=multi-user.target

        """

    /// `autopkgtest-reboot` goes down at once; after `autopkgtest-reboot-prepare` the test does so itself.
    static let script = """
        #!/bin/bash
        set -euo pipefail
        if [ $# -ne 1 ] || [[ ! $1 =~ ^[A-Za-z0-9._+-]+$ ]]; then
            echo "usage: $(basename "$0") MARK (letters, digits and ._+- only)" >&2
            exit 2
        fi
        echo "reboot $1" >\(GuestPort.test.device)
        if [ "$(basename "$0")" = autopkgtest-reboot ]; then
            systemctl --no-block reboot
            exec sleep infinity
        fi

        """
}
