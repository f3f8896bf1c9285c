/// The guest's end of the ``CommandPort``: a service that any systemd with bash runs.
///
/// A request is a line `TOKEN SCRIPT-LENGTH INPUT-LENGTH`, the script and its input; the answer is what the script says and a
/// line `TOKEN STATUS`.
public enum GuestAgent {
    /// The service's name.
    public static let unit = "kola-agent.service"

    /// The loop that serves file descriptor 3. A script is read and evaluated by the shell itself: every program that it would
    /// start costs a hundredth of a second where the processor is emulated.
    ///
    /// - Parameters:
    ///   - opening: what makes the port descriptor 3.
    ///   - folder: where a command's input lies meanwhile.
    static func script(opening: String, folder: String) -> String {
        """
        export LC_ALL=C; \(opening); \
        while read -r -u 3 token script input; do \
        read -r -N "$script" -u 3 text; \
        if [ "$input" = 0 ]; then from=/dev/null; else from=\(folder)/kola-input; head -c "$input" <&3 >"$from"; fi; \
        (unset LC_ALL token script input; eval "$text") <"$from" >&3 2>&1 3>&-; \
        printf '\\n%s %s\\n' "$token" $? >&3; \
        done
        """
    }

    /// The service. It stays until the very end of a shutdown, so that a command which asks for one is still answered.
    public static let unitFile = """
        [Unit]
        Description=Runs the host's commands
        DefaultDependencies=no
        Requires=\(GuestPort.command.deviceUnit)
        After=\(GuestPort.command.deviceUnit) sysinit.target
        IgnoreOnIsolate=true

        [Service]
        Type=exec
        WorkingDirectory=/
        Environment=HOME=/root
        ExecStart=/bin/bash -c "\(UnitFile.quoted(script(opening: "exec 3<>\(GuestPort.command.device)", folder: "/run")))"

        [Install]
        WantedBy=multi-user.target

        """
}
