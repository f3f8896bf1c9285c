/// What `cosa build` was asked for.
public struct BuildOptions: Sendable {
    /// The version to give the build; nil for the next one of the scheme.
    public var version: String?
    /// Whether the configuration's `versionary` is asked for a production version rather than a development one.
    public var versionary = false
    /// Build although nothing changed.
    public var force = false
    /// Refuse packages that no lockfile names.
    public var strict = false
    /// A build to compare packages with, besides the latest.
    public var parentBuild: String?
    /// Keep old builds.
    public var skipPrune = false
    /// A version of which another architecture's packages are taken as the lockfile.
    public var autolock: String?

    /// A plain `cosa build`.
    public init() {}
}

/// How a build ended.
public enum BuildOutcome: Sendable, Equatable {
    /// There is a new build.
    case built(String)
    /// Nothing that shapes a build changed since this build, which has this input hash.
    case unchanged(String, hash: String)
    /// The version exists already.
    case alreadyExists(String)
}
