import Glibc

/// The character set of names for libarchive, which takes it from the calling thread's locale.
enum UTF8Locale {
    // The handle is made once, never changed and never freed.
    private nonisolated(unsafe) static let locale = newlocale(1 << LC_CTYPE, "C.UTF-8", nil)

    /// Runs `body` with UTF-8 names, so that an archive does not depend on the environment of who makes or reads it.
    static func with<Result, Failure: Error>(_ body: () throws(Failure) -> Result) throws(Failure) -> Result {
        guard let locale else { return try body() }
        let previous = uselocale(locale)
        defer { uselocale(previous) }
        return try body()
    }
}
