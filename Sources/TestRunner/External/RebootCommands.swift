import VirtualMachine

/// The autopkgtest commands with which a test reboots its guest: they tell the host which mark to go on from, and wait
/// until the guest goes down.
enum RebootCommands {
    /// One script for all commands; the links to it tell them apart.
    static let path = "/usr/local/bin/kola-reboot"
    /// Makes the links at every boot, as /tmp is empty then.
    static let unit = "kola-reboot-commands.service"

    static let names = [
        "autopkgtest-reboot", "autopkgtest-reboot-prepare", "autopkgtest-soft-reboot",
        "autopkgtest-soft-reboot-prepare",
    ]

    static let unitFile = """
        [Unit]
        Description=The reboot commands of kola's tests
        After=systemd-tmpfiles-setup.service
        RequiresMountsFor=/tmp

        [Service]
        Type=oneshot
        RemainAfterExit=yes
        \(names.map { "ExecStart=/bin/ln -sfn \(path) /tmp/\($0)" }.joined(separator: "\n"))

        [Install]
        WantedBy=multi-user.target

        """

    /// Without `-prepare` the guest goes down at once; after it the test sees to that itself. A soft reboot restarts all of
    /// the system but the kernel.
    static let script = """
        #!/bin/bash
        set -euo pipefail
        if [ $# -ne 1 ] || [[ ! $1 =~ ^[A-Za-z0-9._+-]+$ ]]; then
            echo "usage: ${0##*/} MARK (letters, digits and ._+- only)" >&2
            exit 2
        fi
        name=${0##*/}
        verb=${name#autopkgtest-}
        verb=${verb%-prepare}
        if [ "$verb" = soft-reboot ] && [[ $(systemctl --help) != *soft-reboot* ]]; then
            echo "$name: this systemd has no soft-reboot, which came with version 254" >&2
            exit 1
        fi
        echo "reboot $1" >\(GuestPort.test.device)
        if [ "$name" = "autopkgtest-$verb" ]; then
            systemctl --no-block "$verb"
            exec sleep infinity
        fi

        """
}
