import Ignition
import SystemPackage
import VirtualMachine

/// The unit that runs external tests. It is the same for all of them, and what differs is in files: so that one booted machine
/// serves them all.
struct ExternalTestUnit: Sendable {
    let test: ExternalTest
    let name: String

    static let unit = "kola-runext.service"
    /// The test in the guest. Ignition makes it, empty and executable: to write to it takes no program.
    static let executable = "/usr/local/bin/kola-runext"
    static let dataDirectory = "/var/opt/kola/extdata"
    private static let settings = "/run/kola-runext-env"

    /// The service ends with the test, so that `ExecStopPost` tells the host how it ended at that moment. `sh` starts faster
    /// than bash where it is another one.
    static let unitFile = """
        [Unit]
        Description=kola external test

        [Service]
        Type=simple
        EnvironmentFile=\(settings)
        Environment=KOLA_UNIT=\(unit)
        Environment=KOLA_EXT_DATA=\(dataDirectory)
        SyslogIdentifier=\(GuestPort.testIdentifier)
        ExecStart=\(executable)
        ExecStopPost=/bin/sh -c "\(UnitFile.quoted(ending))"

        """

    private static let ending =
        "echo \"finished $EXIT_CODE $EXIT_STATUS\" >\(GuestPort.test.device); echo '\(GuestPort.testOutputEnd)'"

    /// A test that is longer, or no text, goes through a command's input.
    private static let textLimit = 64 << 10

    /// What puts the test's bytes where the unit runs them: a script, and its standard input.
    static func installation(of program: [UInt8]) -> (script: String, input: [UInt8]) {
        if program.count <= textLimit, !program.contains(0), let text = String(validating: program, as: UTF8.self) {
            return ("printf %s \(text.shellQuoted) >\(executable)", [])
        }
        return ("cat >\(executable)", program)
    }

    /// The script that starts it.
    ///
    /// - Parameter mark: where it goes on after a reboot; nil starts it from the beginning.
    func start(mark: String? = nil) -> String {
        let settings = ["KOLA_TEST=\(Self.quoted(name))", "KOLA_TEST_EXE=\(Self.quoted(test.basename))"]
        let lines = settings + (mark.map { ["AUTOPKGTEST_REBOOT_MARK=\($0)"] } ?? [])
        return """
            printf '%s\\n' \(lines.map(\.shellQuoted).joined(separator: " ")) >\(Self.settings) &&
            systemctl start \(Self.unit)
            """
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
