/// What Butane's variant fcos has beside the fields of Ignition's spec, and how it spells those.
///
/// Source: Butane, `docs/config-fcos-v1_0.md` to `-v1_6.md`, `base/v0_x/schema.go` and `config/fcos/v1_x/schema.go`.
enum ButaneTable {
    /// The fields that are made into others, by the name of the spec object that has them. Their versions are of fcos.
    static let sugar: [String: SpecObject] = Dictionary(
        [
            SpecObject(
                "Config", versions: .butane,
                [
                    .text("variant", required: true), .text("version", required: true),
                    .object("boot_device", bootDevice, since: 3), .object("grub", grub, since: 5),
                ]),
            SpecObject("Resource", versions: .butane, [.text("inline"), .text("local", since: 1)]),
            SpecObject(
                "MergedConfig", versions: .butane, [.text("inline", since: 1), .text("local", since: 1)]),
            SpecObject(
                "ConfigReference", versions: .butane, [.text("inline", since: 1), .text("local", since: 1)]),
            SpecObject("Authority", versions: .butane, [.text("inline", since: 1), .text("local", since: 1)]),
            SpecObject("Filesystem", versions: .butane, [.boolean("with_mount_unit", since: 1)]),
            SpecObject("Storage", versions: .butane, [.list("trees", of: tree, by: .none, since: 1)]),
            SpecObject("Unit", versions: .butane, [.text("contents_local", since: 5)]),
            SpecObject("Dropin", versions: .butane, [.text("contents_local", since: 5)]),
            SpecObject("User", versions: .butane, [.texts("ssh_authorized_keys_local", by: .none, since: 5)]),
        ].map { ($0.name, $0) }, uniquingKeysWith: { $1 })

    private static let tree = SpecObject(
        "Tree", versions: .butane, [.text("local", since: 1, required: true), .text("path", since: 1, .path)])

    private static let bootDevice = SpecObject(
        "BootDevice", versions: .butane,
        [
            .text("layout", since: 3),
            .object(
                "luks",
                SpecObject(
                    "BootDeviceLuks", versions: .butane,
                    [
                        .list("tang", of: SpecTable.tang, by: .member("url"), since: 3), .boolean("tpm2", since: 3),
                        .integer("threshold", since: 3), .boolean("discard", since: 5), .text("device", since: 6),
                        .object("cex", SpecTable.cex, since: 6),
                    ]), since: 3),
            .object(
                "mirror",
                SpecObject("BootDeviceMirror", versions: .butane, [.texts("devices", by: .none, since: 3)]), since: 3),
        ])

    private static let grub = SpecObject(
        "Grub", versions: .butane,
        [
            .list(
                "users",
                of: SpecObject(
                    "GrubUser", versions: .butane,
                    [.text("name", since: 5, required: true), .text("password_hash", since: 5, required: true)]),
                by: .none, since: 5)
        ])

    /// Butane's spelling of a field of Ignition's spec: `sshAuthorizedKeys` is `ssh_authorized_keys`.
    static func spelling(of field: SpecField) -> String {
        var result = ""
        for character in field.name.replacing("MiB", with: "Mib") {
            if character.isUppercase { result += "_" }
            result += character.lowercased()
        }
        return result
    }

    /// The field of `object` that Butane calls `key`. Ignition's own version is not among them: Butane's stands for it.
    static func field(_ key: String, in object: SpecObject) -> SpecField? {
        if object.versions == .butane { return object.field(key) }
        if object.name == "Ignition", key == "version" { return nil }
        return object.fields.first { spelling(of: $0) == key }
    }
}
