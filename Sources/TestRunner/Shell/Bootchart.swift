import VirtualMachine

/// How the time of a guest's boot was spent, as systemd tells it.
public enum Bootchart {
    /// The chart of a guest that is ready: an SVG document.
    ///
    /// - Throws: ``TestRunnerError`` where the guest has no systemd-analyze; ``GuestCommandError`` where that fails.
    public static func svg(of guest: Guest) async throws -> String { try await svg(over: guest.commands) }

    static func svg(over commands: CommandPort) async throws -> String {
        guard try await commands.capture("command -v systemd-analyze").status == 0 else {
            throw TestRunnerError(nil, "the guest has no systemd-analyze, which draws the chart; its image needs it")
        }
        // A boot that is still going on cannot be drawn. What is said besides the chart stays out of it.
        return try await commands.run(
            """
            systemctl is-system-running --wait >/dev/null
            exec 4>&1
            said=$(systemd-analyze plot 2>&1 >&4) || { status=$?; echo "$said"; exit $status; }
            """)
    }
}
