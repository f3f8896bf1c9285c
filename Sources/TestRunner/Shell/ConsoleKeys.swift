import HostSystem

/// What keys mean to somebody on a machine's console: those of QEMU's own console, where Ctrl-a begins a command.
///
/// Source: QEMU, `chardev/char-mux.c`.
struct ConsoleKeys: Sendable {
    /// What came of some keys.
    enum Action: Equatable {
        /// These are for the guest.
        case type([UInt8])
        /// The guest gets a break, with which the next key is one of its kernel's (SysRq).
        case sendBreak
        /// The machine ends.
        case end
        /// Somebody asks what there is.
        case help
    }

    static let help = "Ctrl-a x ends the machine, Ctrl-a b sends a break, Ctrl-a a sends Ctrl-a, Ctrl-a h is this help"

    private static let escape: UInt8 = 1
    private var isEscaped = false

    /// Takes the next keys.
    mutating func take(_ keys: [UInt8]) -> [Action] {
        var actions: [Action] = []
        var typed: [UInt8] = []
        func flush() {
            if !typed.isEmpty { actions.append(.type(typed)) }
            typed = []
        }
        for key in keys {
            guard isEscaped else {
                if key == Self.escape { isEscaped = true } else { typed.append(key) }
                continue
            }
            isEscaped = false
            switch key {
            case Self.escape, UInt8(ascii: "a"): typed.append(Self.escape)
            case UInt8(ascii: "x"):
                flush()
                actions.append(.end)
            case UInt8(ascii: "b"):
                flush()
                actions.append(.sendBreak)
            case UInt8(ascii: "h"), UInt8(ascii: "?"):
                flush()
                actions.append(.help)
            default: continue
            }
        }
        flush()
        return actions
    }
}
