import Ignition
import VirtualMachine

/// The Ignition configs that kola itself gives to its machines. Everything that a guest does for kola comes from here, so
/// that unmodified CoreOS images can be tested.
public enum GuestConfiguration {
    /// The user that kola logs in as.
    public static let user = "core"
    /// The unit that says when the guest is ready.
    public static let readyUnit = "kola-ready.service"
    /// The unit that sends the journal to the host.
    public static let journalUnit = "kola-journal-stream.service"

    /// The config of every machine: a key for `core`, the units that report to the host, the host's commands, and what external
    /// tests run in. It is the same for all tests of a run, so that they can share a machine's boot.
    ///
    /// - Parameters:
    ///   - publicKey: who may log in; nil for nobody.
    ///   - isReadyTold: whether the guest says when it is ready.
    public static func base(publicKey: String?, isReadyTold: Bool = true) -> IgnitionConfig {
        var config = IgnitionConfig()
        config.addUser(user, sshKeys: publicKey.map { [$0] } ?? [])
        if isReadyTold { config.addUnit(readyUnit, contents: ready) }
        config.addUnit(journalUnit, contents: journal)
        config.addUnit(GuestAgent.unit, contents: GuestAgent.unitFile)
        config.addUnit(ExternalTestUnit.unit, contents: ExternalTestUnit.unitFile, enabled: nil)
        config.addFile(ExternalTestUnit.executable, text: "", mode: 0o755)
        config.addUnit(RebootCommands.unit, contents: RebootCommands.unitFile)
        config.addFile(RebootCommands.path, text: RebootCommands.script, mode: 0o755)
        config.addFile(RandomReseed.path, contents: RandomReseed.program, mode: 0o755)
        for port in [GuestPort.ready, .journal, .command] {
            // The ports are there, but an emulated guest on a busy host may need minutes to find them. The test's own limit
            // counts, not systemd's 90 s.
            config.addDropin("10-kola.conf", to: port.deviceUnit, contents: "[Unit]\nJobTimeoutSec=infinity\n")
        }
        return config
    }

    /// A soft reboot keeps the kernel and so its boot id: systemd counts them since version 254.
    static let readyScript = """
        read -r id </proc/sys/kernel/random/boot_id || exit
        count=$(systemctl show --property=SoftRebootsCount --value)
        if [ "${count:-0}" != 0 ]; then id=$id+$count; fi
        echo "ready $id" >\(GuestPort.ready.device)
        """

    /// After multi-user.target, which includes the SSH server and the network's services.
    private static let ready = """
        [Unit]
        Description=Tell the host that this machine is ready
        Requires=\(GuestPort.ready.deviceUnit)
        After=\(GuestPort.ready.deviceUnit) \(GuestAgent.unit) sshd.service ssh.service network-online.target
        After=multi-user.target

        [Service]
        Type=oneshot
        RemainAfterExit=yes
        ExecStart=/bin/bash -c "\(UnitFile.quoted(readyScript))"

        [Install]
        WantedBy=multi-user.target

        """

    private static let journal = """
        [Unit]
        Description=Send the journal to the host
        Requires=\(GuestPort.journal.deviceUnit)
        After=\(GuestPort.journal.deviceUnit) systemd-journald.service
        IgnoreOnIsolate=true

        [Service]
        Type=simple
        StandardOutput=file:\(GuestPort.journal.device)
        ExecStart=/usr/bin/journalctl --quiet --boot --follow --no-tail --all --output=export

        [Install]
        WantedBy=basic.target

        """
}
