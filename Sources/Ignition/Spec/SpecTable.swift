/// The fields of Ignition's config spec, 3.0 to 3.5, with the version that brought each.
///
/// This one table says what a config may contain, how configs merge, what stands in the way of an older spec, and, with
/// ``ButaneTable``, what a Butane config may contain. Source: Ignition, `docs/configuration-v3_0.md` to `-v3_5.md` and
/// `config/v3_x/types` (the methods `Key`, `IgnoreDuplicates` and `MergedKeys`).
enum SpecTable {
    /// The whole config.
    static let config = SpecObject(
        "Config",
        [
            .object("ignition", ignition, required: true),
            .object("kernelArguments", kernelArguments, since: 3),
            .object("passwd", passwd),
            .object("storage", storage),
            .object("systemd", systemd),
        ])

    static let ignition = SpecObject(
        "Ignition",
        [
            .text("version", required: true),
            .object(
                "config",
                SpecObject(
                    "IgnitionConfig",
                    [
                        .list("merge", of: mergedConfig, by: .member("source")),
                        .object("replace", configReference),
                    ])),
            .object(
                "proxy",
                SpecObject(
                    "Proxy",
                    [
                        .text("httpProxy", since: 1, .proxy), .text("httpsProxy", since: 1, .proxy),
                        .texts("noProxy", by: .itself, since: 1),
                    ]), since: 1),
            .object(
                "security",
                SpecObject(
                    "Security",
                    [
                        .object(
                            "tls",
                            SpecObject(
                                "TLS", [.list("certificateAuthorities", of: authority, by: .member("source"))]))
                    ])),
            .object(
                "timeouts",
                SpecObject("Timeouts", [.integer("httpResponseHeaders"), .integer("httpTotal")])),
        ])

    /// A reference to bytes: `since` is the version that brought its compression, and a source may be a must.
    private static func reference(_ name: String, compressionSince: Int, sourceRequired: Bool = false) -> SpecObject {
        SpecObject(
            name,
            [
                .text("source", required: sourceRequired, .url),
                .text("compression", since: compressionSince, .compression),
                .list("httpHeaders", of: httpHeader, by: .member("name"), since: 1),
                .object("verification", SpecObject("Verification", [.text("hash", .hash)])),
            ])
    }

    private static let httpHeader = SpecObject("HTTPHeader", [.text("name", required: true), .text("value")])
    /// The contents of a file or of a key file.
    static let resource = reference("Resource", compressionSince: 0)
    /// A config elsewhere that takes the place of this one.
    static let configReference = reference("ConfigReference", compressionSince: 1)
    /// A config elsewhere that is merged into this one.
    static let mergedConfig = reference("MergedConfig", compressionSince: 1, sourceRequired: true)
    /// A certificate authority.
    static let authority = reference("Authority", compressionSince: 1, sourceRequired: true)

    static let kernelArguments = SpecObject(
        "KernelArguments",
        [
            .texts("shouldExist", by: .itself, since: 3, family: "argument"),
            .texts("shouldNotExist", by: .itself, since: 3, family: "argument"),
        ])

    static let passwd = SpecObject(
        "Passwd",
        [
            .list("groups", of: group, by: .member("name")),
            .list("users", of: user, by: .member("name")),
        ])

    static let group = SpecObject(
        "Group",
        [
            .text("name", required: true), .integer("gid"), .text("passwordHash"), .boolean("shouldExist", since: 2),
            .boolean("system"),
        ])

    static let user = SpecObject(
        "User",
        [
            .text("name", required: true), .text("gecos"), .texts("groups", by: .itself), .text("homeDir"),
            .boolean("noCreateHome"), .boolean("noLogInit"), .boolean("noUserGroup"), .text("passwordHash"),
            .text("primaryGroup"), .boolean("shouldExist", since: 2), .texts("sshAuthorizedKeys", by: .itself),
            .text("shell"), .boolean("system"), .integer("uid"),
        ])

    static let systemd = SpecObject("Systemd", [.list("units", of: unit, by: .member("name"))])

    static let unit = SpecObject(
        "Unit",
        [
            .text("name", required: true, .unitName), .text("contents"), .boolean("enabled"), .boolean("mask"),
            .list("dropins", of: dropin, by: .member("name")),
        ])

    static let dropin = SpecObject("Dropin", [.text("name", required: true, .dropinName), .text("contents")])
}
