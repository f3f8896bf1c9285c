/// Keeps secrets out of what is shown or logged.
public enum Redaction {
    /// The text with the user and password of every URL replaced by `***`.
    public static func redact(_ text: String) -> String {
        text.replacing(/:\/\/[^\s\/@]+@/) { _ in "://***@" }
    }
}
