import Ignition
import SystemPackage
import VirtualMachine

/// What an external test needs in its guest: a unit, the files that it runs, and the commands for reboots.
struct ExternalTestUnit: Sendable {
    let test: ExternalTest
    let name: String

    static let unit = "kola-runext.service"
    static let environmentFile = "/run/kola-runext-env"
    static let dataDirectory = "/var/opt/kola/extdata"

    /// The executable in the guest. The name is made safe: it stands in a unit file.
    var executable: String { "/usr/local/bin/kola-runext-\(identifier)" }

    /// The test's name in the journal.
    var syslogIdentifier: String { "kola-runext-\(identifier)" }

    private var identifier: String {
        String(test.basename.map { $0.isASCII && ($0.isLetter || $0.isNumber || "._-".contains($0)) ? $0 : "_" })
    }

    /// The config that brings the unit and the commands.
    var config: IgnitionConfig {
        var config = IgnitionConfig()
        config.addUnit(Self.unit, contents: unitFile, enabled: nil)
        config.addUnit(RebootCommands.unit, contents: RebootCommands.unitFile)
        config.addFile(RebootCommands.path, text: RebootCommands.script, mode: 0o755)
        return config
    }

    /// The service ends with the test, so that `ExecStopPost` tells the host how it ended at that moment.
    private var unitFile: String {
        """
        [Unit]
        Description=kola external test

        [Service]
        Type=simple
        EnvironmentFile=-\(Self.environmentFile)
        Environment=KOLA_UNIT=\(Self.unit)
        Environment="KOLA_TEST=\(Self.unitQuoted(name))"
        Environment="KOLA_TEST_EXE=\(Self.unitQuoted(test.basename))"
        Environment=KOLA_EXT_DATA=\(Self.dataDirectory)
        SyslogIdentifier=\(syslogIdentifier)
        ExecStart=\(executable)
        ExecStopPost=/bin/sh -c 'echo "finished $EXIT_CODE $EXIT_STATUS" >\(GuestPort.test.device)'

        """
    }

    /// Text between double quotes in a unit file.
    static func unitQuoted(_ text: String) -> String {
        text.reduce(into: "") { result, character in
            switch character {
            case "\\", "\"": result += "\\\(character)"
            case "%": result += "%%"
            case "$": result += "$$"
            case "\n": result += #"\n"#
            default: result.append(character)
            }
        }
    }
}
