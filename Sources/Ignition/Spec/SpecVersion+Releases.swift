extension SpecVersion {
    /// The releases of Ignition that made a version of the spec stable, the newest first.
    ///
    /// Source: Ignition, `docs/release-notes.md`.
    private static let releases: [(major: Int, minor: Int, spec: SpecVersion)] = [
        (2, 26, SpecVersion(3, 6)), (2, 20, SpecVersion(3, 5)), (2, 15, SpecVersion(3, 4)), (2, 11, SpecVersion(3, 3)),
        (2, 7, SpecVersion(3, 2)), (2, 3, SpecVersion(3, 1)), (2, 0, SpecVersion(3, 0)),
    ]

    /// The newest spec version that is understood here and that a release of Ignition takes.
    ///
    /// - Parameter release: its version, also that of a distribution's package: `2.14.0`, `2.14.0+ds1`.
    /// - Returns: nil for a release that takes no spec 3, and for what is no version.
    public static func newest(ofIgnition release: String) -> SpecVersion? {
        let numbers = release.split(separator: ".", omittingEmptySubsequences: false).map {
            $0.prefix(while: \.isNumber)
        }
        guard numbers.count >= 2, let major = Int(numbers[0]), let minor = Int(numbers[1]) else { return nil }
        let found = releases.first { ($0.major, $0.minor) <= (major, minor) }
        return found.map { min($0.spec, .newest) }
    }

    /// Reads `3.4` or `3.4.0`, as people write it; nil for a version that is not understood.
    public init?(option text: String) {
        let isShort = text.split(separator: ".", omittingEmptySubsequences: false).count == 2
        guard let version = SpecVersion(isShort ? text + ".0" : text), version.major == 3, version.minor >= 0,
            version <= .newest
        else { return nil }
        self = version
    }
}
