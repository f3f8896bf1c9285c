extension SpecTable {
    static let storage = SpecObject(
        "Storage",
        [
            .list("directories", of: directory, by: .member("path"), family: "node"),
            .list("disks", of: disk, by: .member("device")),
            .list("files", of: file, by: .member("path"), family: "node"),
            .list("filesystems", of: filesystem, by: .member("device")),
            .list("links", of: link, by: .member("path"), family: "node"),
            .list("luks", of: luks, by: .member("name"), since: 2),
            .list("raid", of: raid, by: .member("name")),
        ])

    private static let owner = SpecObject("Owner", [.integer("id"), .text("name")])
    /// What files, directories and links have in common.
    private static let node: [SpecField] = [
        .text("path", required: true, .path), .boolean("overwrite"), .object("user", owner), .object("group", owner),
    ]

    static let directory = SpecObject("Directory", node + [.integer("mode", .mode)])

    static let file = SpecObject(
        "File",
        node + [
            .integer("mode", .mode), .object("contents", resource), .list("append", of: resource, by: .none),
        ])

    static let link = SpecObject("Link", node + [.text("target", required: true), .boolean("hard")])

    static let disk = SpecObject(
        "Disk",
        [
            .text("device", required: true, .path), .boolean("wipeTable"),
            .list("partitions", of: partition, by: .partition),
        ])

    static let partition = SpecObject(
        "Partition",
        [
            .text("label", .partitionLabel), .integer("number"), .integer("sizeMiB"), .integer("startMiB"),
            .text("guid", .guid), .text("typeGuid", .guid), .boolean("resize", since: 2), .boolean("shouldExist"),
            .boolean("wipePartitionEntry"),
        ])

    static let filesystem = SpecObject(
        "Filesystem",
        [
            .text("device", required: true, .path), .text("format", .format), .text("label"), .text("path", .path),
            .text("uuid"), .texts("mountOptions", by: .none, since: 1), .texts("options", by: .none),
            .boolean("wipeFilesystem"),
        ])

    static let raid = SpecObject(
        "Raid",
        [
            .text("name", required: true), .text("level", required: true, .raidLevel),
            .texts("devices", by: .itself, required: true, .path), .texts("options", by: .none), .integer("spares"),
        ])

    static let luks = SpecObject(
        "Luks",
        [
            .text("name", required: true, .withoutSlash), .text("device", required: true, .path),
            .object("cex", cex, since: 5), .object("clevis", clevis, since: 2), .boolean("discard", since: 4),
            .object("keyFile", resource, since: 2), .text("label"), .texts("openOptions", by: .itself, since: 4),
            .texts("options", by: .none, since: 2), .text("uuid"), .boolean("wipeVolume"),
        ])

    static let cex = SpecObject("Cex", [.boolean("enabled", since: 5)])

    static let clevis = SpecObject(
        "Clevis",
        [
            .list("tang", of: tang, by: .member("url")), .boolean("tpm2"), .integer("threshold"),
            .object("custom", SpecObject("Custom", [.text("pin", .pin), .text("config"), .boolean("needsNetwork")])),
        ])

    static let tang = SpecObject(
        "Tang",
        [
            .text("url", required: true, .webURL), .text("thumbprint", required: true),
            .text("advertisement", since: 4),
        ])
}
