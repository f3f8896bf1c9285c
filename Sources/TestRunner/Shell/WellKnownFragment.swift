import Ignition

/// A piece of config that people want often, by the name that upstream's `--add-ignition` has for it.
public enum WellKnownFragment: String, Sendable, CaseIterable {
    /// Whoever is at a console is logged in as `core`.
    case autologin
    /// A shell on a serial console asks the terminal for its size at each prompt.
    case autoresize
    /// Zincati leaves the system at its version.
    case noautoupdate

    /// The piece.
    public var config: IgnitionConfig {
        var config = IgnitionConfig()
        switch self {
        case .autologin:
            config.addDropin("10-autologin.conf", to: "getty@.service", contents: Self.login("--noclear"))
            config.addDropin(
                "10-autologin.conf", to: "serial-getty@.service", contents: Self.login("--keep-baud 115200,38400,9600"))
        case .autoresize: config.addFile("/etc/profile.d/autoresize.sh", text: Self.resize)
        case .noautoupdate:
            config.addFile(
                "/etc/zincati/config.d/90-disable-auto-updates.toml", text: "[updates]\nenabled = false\n")
        }
        return config
    }

    private static func login(_ options: String) -> String {
        """
        [Service]
        ExecStart=
        ExecStart=-/sbin/agetty --autologin \(GuestConfiguration.user) \(options) %I $TERM

        """
    }

    /// The cursor goes as far down and right as it can and says where it is.
    private static let resize = #"""
        resize_terminal() {
            local IFS='[;' escape geometry x y
            printf '\e7\e[r\e[999;999H\e[6n\e8'
            read -t 1 -sd R escape geometry || return 0
            x=${geometry##*;} y=${geometry%%;*}
            if [[ $COLUMNS -ne $x || $LINES -ne $y ]]; then stty cols "$x" rows "$y"; fi
        }
        case $(tty) in
        /dev/ttyS*|/dev/ttyAMA*|/dev/hvc*) PROMPT_COMMAND+=(resize_terminal) ;;
        esac

        """#
}
