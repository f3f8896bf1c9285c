extension ConsolePattern {
    /// The name of the pattern of a boot that failed and left somebody a shell.
    public static let emergencyShell = "emergency shell"

    /// The patterns of CoreOS's kola and one of our own, each with the reason why it is here.
    public static let all: [ConsolePattern] = [
        ConsolePattern(
            emergencyShell,
            "Press Enter for emergency shell|Press Enter for maintenance|Starting Emergency Shell|You are in emergency mode",
            "the boot failed and waits for somebody at the console", isFatal: true, isPrompt: true),
        ConsolePattern(
            "dracut fatal error", "dracut: Refusing to continue", "the initramfs gave up", isFatal: true),
        ConsolePattern(
            "kernel panic", "Kernel panic - not syncing", "the kernel stopped", isFatal: true),
        ConsolePattern(
            "systemd froze", #"systemd\[1\]: Freezing execution"#, "the first process gave up, and nothing goes on",
            isFatal: true),
        ConsolePattern("kernel oops", "Oops:", "the kernel touched memory that it must not touch"),
        ConsolePattern(
            "kernel warning", #"WARNING: CPU: \d+ PID: \d+ at "#, "the kernel found itself in a state it rules out"),
        ConsolePattern("disk failure", "rejecting I/O to offline device", "a disk went away while it was in use"),
        ConsolePattern(
            "excessive bonding messages",
            #"(link status up for interface [^,]+, enabling it in [0-9]+ ms.*?){10}"#,
            "a bonded interface that comes up again and again never carries traffic", spansLines: true),
        ConsolePattern(
            "ext4 delayed allocation failure",
            #"EXT4-fs \([^)]+\): Delayed block allocation failed for inode \d+ at logical offset \d+ with max blocks \d+ with error \d+"#,
            "data that a program wrote is lost"),
        ConsolePattern(
            "GRUB memory corruption", "(alloc|free) magic is broken", "the boot loader overwrote its own heap"),
        ConsolePattern(
            "Ignition fetch cancelled", "failed to fetch config: context canceled",
            "Ignition went on without a config that it was told to fetch"),
        ConsolePattern(
            "initrd-cleanup terminated", #"initrd-cleanup\.service: Main process exited, code=killed, status=15/TERM"#,
            "the switch to the real root killed the service that prepares it"),
        ConsolePattern("Go panic", #"^(.*\]: )?panic: "#, "a Go program crashed"),
        ConsolePattern("segfault", "SIGSEGV|=11/SEGV", "a program crashed"),
        ConsolePattern("core dump", "[Cc]ore dump", "a program crashed"),
        ConsolePattern(
            "systemd ordering cycle", "Ordering cycle found", "systemd drops a unit from the boot to break the cycle"),
        ConsolePattern("OOM killer", "invoked oom-killer", "the memory is too small for what runs in it"),
        ConsolePattern(
            "systemd generator failure",
            #"systemd\[\d+\]: (\S*/system-generators/\S+|\S+-generator) (failed with|terminated by)"#,
            "units that it should have made are missing"),
    ]

    /// Lines that end the wait for a machine besides the fatal ones of ``all``: Ignition's own last words.
    public static let ignitionFailure = ConsolePattern(
        "Ignition failure", #"ignition\[\d+\]: .*Ignition failed:"#, "the guest was not provisioned", isFatal: true)
}
