extension String {
    /// The text as one word for a POSIX shell, whatever is in it.
    public var shellQuoted: String {
        "'" + split(separator: "'", omittingEmptySubsequences: false).joined(separator: #"'\''"#) + "'"
    }
}
