import Ignition
import SystemPackage
import VirtualMachine

/// The unit that runs external tests. It is the same for all of them, and what differs is in a file: so that one booted machine
/// serves them all.
struct ExternalTestUnit: Sendable {
    let test: ExternalTest
    let name: String

    static let unit = "kola-runext.service"
    static let dataDirectory = "/var/opt/kola/extdata"
    private static let settings = "/run/kola-runext-env"

    /// The executable in the guest. The name is made safe: it stands in commands.
    var executable: String { "/usr/local/bin/kola-runext-\(identifier)" }

    private var identifier: String {
        String(test.basename.map { $0.isASCII && ($0.isLetter || $0.isNumber || "._-".contains($0)) ? $0 : "_" })
    }

    /// The service ends with the test, so that `ExecStopPost` tells the host how it ended at that moment.
    static let unitFile = """
        [Unit]
        Description=kola external test

        [Service]
        Type=simple
        EnvironmentFile=\(settings)
        Environment=KOLA_UNIT=\(unit)
        Environment=KOLA_EXT_DATA=\(dataDirectory)
        SyslogIdentifier=\(GuestPort.testIdentifier)
        ExecStart=/bin/bash -c "\(UnitFile.quoted(#"exec "$KOLA_PROGRAM""#))"
        ExecStopPost=/bin/bash -c "\(UnitFile.quoted(ending))"

        """

    private static let ending =
        "echo \"finished $EXIT_CODE $EXIT_STATUS\" >\(GuestPort.test.device); echo '\(GuestPort.testOutputEnd)'"

    /// The script that takes the test from its standard input (``content()``) and starts it.
    ///
    /// - Parameter mark: where it goes on after a reboot; nil starts it from the beginning.
    func start(mark: String? = nil) -> String {
        let settings = [
            "KOLA_PROGRAM=\(executable)", "KOLA_TEST=\(Self.quoted(name))",
            "KOLA_TEST_EXE=\(Self.quoted(test.basename))",
        ]
        let lines = settings + (mark.map { ["AUTOPKGTEST_REBOOT_MARK=\($0)"] } ?? [])
        return """
            printf '%s\\n' \(lines.map(\.shellQuoted).joined(separator: " ")) >\(Self.settings) &&
            systemctl start \(Self.unit)
            """
    }

    /// The script that takes the executable from its standard input.
    var installation: String {
        "mkdir -p /usr/local/bin && cat >\(executable.shellQuoted) && chmod 0755 \(executable.shellQuoted)"
    }

    /// A value in an environment file (systemd.exec(5)).
    static func quoted(_ text: String) -> String {
        let escaped = text.reduce(into: "") { result, character in
            if "\\\"$`".contains(character) { result.append("\\") }
            result.append(character == "\n" ? " " : character)
        }
        return "\"\(escaped)\""
    }
}
