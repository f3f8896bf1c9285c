/// Text from a serial console.
public enum ConsoleText {
    /// The text without terminal escape sequences and other control characters, so that patterns and people can read it.
    public static func withoutEscapes(_ text: String) -> String {
        var result: [UInt8] = []
        result.reserveCapacity(text.utf8.count)
        var state = State.text
        for byte in text.utf8 {
            switch state {
            case .text:
                if byte == 0x1b {
                    state = .escape
                } else if byte >= 0x20 || byte == 0x0a || byte == 0x09 {
                    result.append(byte)
                }
            case .escape:
                switch byte {
                case UInt8(ascii: "["): state = .control
                case UInt8(ascii: "]"): state = .command
                case 0x20...0x2f: state = .escape
                default: state = .text
                }
            case .control:
                if (0x40...0x7e).contains(byte) { state = .text }
            case .command:
                if byte == 0x07 || byte == 0x0a { state = .text }
                if byte == 0x1b { state = .escape }
            }
        }
        return String(decoding: result, as: UTF8.self)
    }

    private enum State {
        case text
        /// After ESC.
        case escape
        /// Inside `ESC [ … letter`.
        case control
        /// Inside `ESC ] … BEL`.
        case command
    }
}
