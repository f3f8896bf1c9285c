/// The virtio-serial ports of a machine: one line of text or one record at a time from the guest to the host.
public enum GuestPort: String, Sendable, Codable, CaseIterable {
    /// Ignition's journal as JSON lines, written by CoreOS's initramfs where Ignition failed.
    case ignitionJournal = "com.coreos.ignition.journal"
    /// The guest's journal in systemd's export format.
    case journal = "mantlejournal"
    /// `ready BOOT-ID`, once in each boot; `ready BOOT-ID+N` after a soft reboot.
    case ready = "com.coreos.kola.ready"
    /// What a test says: `finished …`, `reboot …`.
    case test = "com.coreos.kola.test"
    /// Commands of the host, and what they say (``CommandPort``).
    case command = "com.coreos.kola.command"
    /// How far an installation is, in the words of upstream's tests.
    case installation = "testisocompletion"

    /// What a test says is in the journal under this identifier.
    public static let testIdentifier = "kola-runext"
    /// The last line of what a test says; a message of ``journal``.
    public static let testOutputEnd = "kola: this is all that the test said"

    /// The device in the guest.
    public var device: String { "/dev/virtio-ports/\(rawValue)" }

    /// systemd's unit for the device.
    public var deviceUnit: String { #"dev-virtio\x2dports-\#(rawValue).device"# }
}
