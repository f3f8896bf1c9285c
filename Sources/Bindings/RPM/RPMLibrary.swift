import CRPM
import Synchronization

/// librpm's state of the whole process: its configuration and its log.
public enum RPMLibrary {
    private static let messages = Mutex<[String]>([])

    private static let configured: Bool = {
        // librpm writes to standard error by default; what it says belongs into the error that is thrown.
        rpmlogSetCallback(
            { record, _ in
                if let record, let text = rpmlogRecMessage(record) {
                    RPMLibrary.note(String(cString: text), priority: rpmlogRecPriority(record).rawValue)
                }
                return 0
            }, nil)
        return rpmReadConfigFiles(nil, nil) == 0
    }()

    /// Reads librpm's configuration once; everything in this module calls it before its first use of the library.
    ///
    /// - Throws: ``RPMError`` where the host's rpm configuration is broken.
    public static func configure() throws(RPMError) {
        guard configured else {
            throw RPMError(operation: "configure librpm", message: takeMessages() ?? "its configuration is unreadable")
        }
    }

    private static func note(_ text: String, priority: UInt32) {
        guard priority <= RPMLOG_WARNING.rawValue else { return }
        let line = text.split(whereSeparator: \.isNewline).joined(separator: " ")
        messages.withLock { stored in
            stored.append(line)
            if stored.count > 8 { stored.removeFirst() }
        }
    }

    /// What librpm logged since the last call, on one line; nil where it said nothing.
    static func takeMessages() -> String? {
        messages.withLock { stored in
            defer { stored.removeAll() }
            return stored.isEmpty ? nil : stored.joined(separator: "; ")
        }
    }
}
