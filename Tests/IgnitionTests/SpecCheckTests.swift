import Testing

@testable import Ignition

@Suite struct SpecCheckTests {
    /// `members` is what follows the head of a config.
    private func parse(_ version: String, _ members: String) throws -> IgnitionConfig {
        let text = "{\"ignition\":{\"version\":\"\(version)\"},\n\(members)}"
        return try IgnitionConfig(parsing: Array(text.utf8), source: "c.ign", newest: .newest)
    }

    @Test(arguments: [
        // Types
        (#""storage":[]"#, "c.ign:2:11: storage: an object is expected, not a list"),
        (#""storage":{"files":{}}"#, "c.ign:2:20: storage.files: a list is expected, not an object"),
        (#""storage":{"files":["/a"]}"#, #"c.ign:2:21: storage.files.0: an object is expected, not the text "/a""#),
        (
            #""storage":{"files":[{"path":"/a","mode":"0644"}]}"#,
            #"c.ign:2:41: storage.files.0.mode: a whole number is expected, not the text "0644""#
        ),
        (
            #""storage":{"files":[{"path":"/a","mode":1.5}]}"#,
            "c.ign:2:41: storage.files.0.mode: a whole number is expected, not the number 1.5"
        ),
        (
            #""passwd":{"users":[{"name":"a","groups":[null]}]}"#,
            "c.ign:2:42: passwd.users.0.groups.0: a text is expected, not null"
        ),
        (
            #""systemd":{"units":[{"name":"a.service","enabled":"yes"}]}"#,
            #"c.ign:2:51: systemd.units.0.enabled: true or false is expected, not the text "yes""#
        ),
        // What is required
        (#""storage":{"files":[{}]}"#, "c.ign:2:21: storage.files.0.path: missing; it is required"),
        (#""passwd":{"users":[{"name":""}]}"#, "c.ign:2:28: passwd.users.0.name: missing; it is required"),
        (
            #""storage":{"raid":[{"name":"a","level":"raid1","devices":[]}]}"#,
            "c.ign:2:58: storage.raid.0.devices: missing; it is required"
        ),
        (#""storage":{"links":[{"path":"/a"}]}"#, "c.ign:2:21: storage.links.0.target: missing; it is required"),
        // Values
        (
            #""storage":{"files":[{"path":"a"}]}"#,
            #"c.ign:2:29: storage.files.0.path: "a" is not an absolute path; begin it with /"#
        ),
        (
            #""storage":{"files":[{"path":"/a/../b"}]}"#,
            #"c.ign:2:29: storage.files.0.path: "/a/../b" is not a simple path; write it without //, . and .. and "#
                + "without / at the end"
        ),
        (
            #""storage":{"files":[{"path":"/a","mode":4096}]}"#,
            "c.ign:2:41: storage.files.0.mode: 4096 is not a file mode; it must be from 0 to 4095 (octal 7777)"
        ),
        (
            #""storage":{"files":[{"path":"/a","contents":{"source":"ftp://a"}}]}"#,
            #"c.ign:2:55: storage.files.0.contents.source: "ftp://a" is not a URL that Ignition fetches; "#
                + "use one of http, https, tftp, gs, s3, arn, data"
        ),
        (
            #""storage":{"files":[{"path":"/a","contents":{"source":"data:,a","compression":"xz"}}]}"#,
            #"c.ign:2:79: storage.files.0.contents.compression: "xz" is no compression; use "gzip" or leave it out"#
        ),
        (
            #""storage":{"files":[{"path":"/a","contents":{"source":"data:,a","verification":{"hash":"md5-1"}}}]}"#,
            #"c.ign:2:88: storage.files.0.contents.verification.hash: "md5-1" is not a hash; write sha512-<digits> "#
                + "or sha256-<digits>"
        ),
        (
            #""storage":{"files":[{"path":"/a","contents":{"source":"data:,a","verification":{"hash":"sha256-1"}}}]}"#,
            "c.ign:2:88: storage.files.0.contents.verification.hash: a sha256 hash has 64 hexadecimal digits, not 1"
        ),
        (
            #""systemd":{"units":[{"name":"a"}]}"#,
            #"c.ign:2:29: systemd.units.0.name: "a" is not the name of a systemd unit; it must end in .service "#
                + "or another unit type"
        ),
        (
            #""systemd":{"units":[{"name":"a.service","dropins":[{"name":"b"}]}]}"#,
            #"c.ign:2:60: systemd.units.0.dropins.0.name: "b" is no drop-in; its name must end in .conf"#
        ),
        (
            #""storage":{"filesystems":[{"device":"/dev/a","format":"zfs"}]}"#,
            #"c.ign:2:55: storage.filesystems.0.format: "zfs" is unknown; use one of ext4, btrfs, xfs, swap, vfat, none"#
        ),
        (
            #""storage":{"disks":[{"device":"/dev/a","partitions":[{"number":1,"guid":"x"}]}]}"#,
            #"c.ign:2:73: storage.disks.0.partitions.0.guid: "x" is not a GUID such as "#
                + "01234567-89AB-CDEF-EDCB-A98765432101"
        ),
        // Twins
        (
            #""storage":{"files":[{"path":"/a"},{"path":"/b"},{"path":"/a"}]}"#,
            #"c.ign:2:49: storage.files.2: "/a" is in the list more than once; keep one"#
        ),
        (
            #""passwd":{"users":[{"name":"a","sshAuthorizedKeys":["k","k"]}]}"#,
            #"c.ign:2:57: passwd.users.0.sshAuthorizedKeys.1: "k" is in the list more than once; keep one"#
        ),
        (
            #""storage":{"files":[{"path":"/a"}],"links":[{"path":"/a","target":"/b"}]}"#,
            #"c.ign:2:45: storage.links.0: "/a" is in files too; keep one"#
        ),
        (
            #""kernelArguments":{"shouldExist":["a"],"shouldNotExist":["a"]}"#,
            #"c.ign:2:58: kernelArguments.shouldNotExist.0: "a" is in shouldExist too; keep one"#
        ),
        // Members that do not go together
        (
            #""storage":{"files":[{"path":"/a","user":{"id":0,"name":"root"}}]}"#,
            "c.ign:2:41: storage.files.0.user: has both an id and a name"
        ),
        (
            #""storage":{"files":[{"path":"/a","overwrite":true}]}"#,
            "c.ign:2:46: storage.files.0.overwrite: overwrite must not be true for a file without contents"
        ),
        (
            #""storage":{"files":[{"path":"/a","contents":{"source":"data:,","httpHeaders":[{"name":"A"}]}}]}"#,
            "c.ign:2:78: storage.files.0.contents.httpHeaders: only http and https sources have headers"
        ),
        (
            #""storage":{"filesystems":[{"device":"/dev/a","path":"/b"}]}"#,
            "c.ign:2:53: storage.filesystems.0.path: is of no use without a format"
        ),
        (
            #""storage":{"filesystems":[{"device":"/dev/a","format":"vfat","label":"twelve chars"}]}"#,
            #"c.ign:2:70: storage.filesystems.0.label: "twelve chars" is longer than the 11 characters of a label of vfat"#
        ),
        (
            #""storage":{"disks":[{"device":"/dev/a","partitions":[{"sizeMiB":1}]}]}"#,
            "c.ign:2:54: storage.disks.0.partitions.0: a partition needs a number from 1 or a label"
        ),
        (
            #""storage":{"disks":[{"device":"/a","partitions":[{"number":1,"shouldExist":false,"sizeMiB":1}]}]}"#,
            "c.ign:2:92: storage.disks.0.partitions.0.sizeMiB: a partition that should not exist has none"
        ),
        (
            #""storage":{"disks":[{"device":"/a","partitions":[{"number":1,"label":"a"},{"number":2,"label":"a"}]}]}"#,
            #"c.ign:2:75: storage.disks.0.partitions.1: the label "a" is on the disk more than once"#
        ),
        (
            #""storage":{"disks":[{"device":"/dev/a","partitions":[{"label":"a","startMiB":1,"sizeMiB":9},"#
                + #"{"label":"b","startMiB":9,"sizeMiB":0}]}]}"#,
            "c.ign:2:93: storage.disks.0.partitions.1: overlaps another partition of the disk"
        ),
        (
            #""storage":{"raid":[{"name":"a","level":"raid0","devices":["/b"],"spares":1}]}"#,
            "c.ign:2:74: storage.raid.0.spares: an array of this level cannot have spares"
        ),
        (
            #""storage":{"luks":[{"name":"a","device":"/b","clevis":{"tpm2":true,"custom":{"pin":"sss","config":"{}"}}}]}"#,
            "c.ign:2:55: storage.luks.0.clevis: custom goes without tang, tpm2 and threshold"
        ),
        (
            #""storage":{"luks":[{"name":"a","device":"/b","cex":{"enabled":true},"clevis":{"tpm2":true}}]}"#,
            "c.ign:2:52: storage.luks.0.cex: cannot be used together with clevis"
        ),
        (
            #""storage":{"links":[{"path":"/a","target":"/b"}],"files":[{"path":"/a/c"}]}"#,
            "c.ign:2:67: storage.files.0.path: leads through the link /a of the same config"
        ),
        (
            #""systemd":{"units":[{"name":"a.service","dropins":[{"name":"b.conf","contents":"x"}]}]},"#
                + #""storage":{"files":[{"path":"/etc/systemd/system/a.service.d/b.conf"}]}"#,
            "c.ign:2:117: storage.files.0.path: /etc/systemd/system/a.service.d/b.conf is what a unit in "
                + "systemd.units becomes"
        ),
    ])
    func configThatTheGuestWouldRefuseIsRefused(members: String, message: String) throws {
        let error = try #require(throws: IgnitionError.self) { try parse("3.5.0", members) }
        #expect(error.description == message)
    }

    @Test(arguments: [
        ("3.3.0", #""storage":{"file":[]}"#, ["c.ign:2:12: storage.file: an unknown key, which Ignition ignores"]),
        (
            "3.1.0", #""storage":{"luks":"anything"},"kernelArguments":1"#,
            [
                "c.ign:2:12: storage.luks: a key of spec 3.2.0, which Ignition ignores in a config of 3.1.0",
                "c.ign:2:31: kernelArguments: a key of spec 3.3.0, which Ignition ignores in a config of 3.1.0",
            ]
        ),
        ("3.0.0", #""storage":{"files":[{"path":"/a","contents":null}]}"#, []),
        (
            "3.3.0",
            #""storage":{"disks":[{"device":"/a","partitions":[{"number":1,"startMiB":2,"sizeMiB":9223372036854775807}]}]}"#,
            []
        ),
        (
            "3.3.0",
            #""storage":{"luks":[{"name":"a","device":"/b","cex":{"enabled":true},"clevis":{"tpm2":true}}]}"#,
            ["c.ign:2:46: storage.luks.0.cex: a key of spec 3.5.0, which Ignition ignores in a config of 3.3.0"]
        ),
        (
            "3.3.0", #""systemd":{"units":[{"name":"a.service","enabled":true,"contents":"[Unit]\n"}]}"#,
            [
                "c.ign:2:67: systemd.units.0.contents: the unit is enabled, but has no section [Install], so that "
                    + "nothing will start it"
            ]
        ),
        (
            "3.3.0",
            #""systemd":{"units":[{"name":"a.service","enabled":true,"contents":"[Unit]\n\n[Install]\nWantedBy=a"}]}"#,
            []
        ),
        (
            "3.3.0", #""storage":{"files":[{"path":"/a","mode":2541}]}"#,
            [
                "c.ign:2:41: storage.files.0.mode: before spec 3.6.0 Ignition does not set setuid, setgid and sticky "
                    + "bits reliably"
            ]
        ),
        (
            "3.3.0", #""storage":{"links":[{"path":"/a","target":"/b","hard":true,"user":{"id":0},"group":{}}]}"#,
            ["c.ign:2:67: storage.links.0.user: a hard link has the owner of its target; Ignition ignores this one"]
        ),
        (
            "3.3.0",
            #""storage":{"disks":[{"device":"/a","wipeTable":true}],"filesystems":[{"device":"/a","format":"xfs"}]}"#,
            [
                "c.ign:2:80: storage.filesystems.0.device: storage.disks wipes the device's table, and thus the "
                    + "filesystem too"
            ]
        ),
        (
            "3.3.0",
            #""storage":{"disks":[{"device":"/a","partitions":[{"number":1}]}],"filesystems":[{"device":"/a"}]}"#,
            [
                "c.ign:2:91: storage.filesystems.0.device: the filesystem overwrites the partitions that "
                    + "storage.disks makes on the device"
            ]
        ),
    ])
    func whatIgnitionIgnoresIsWarnedOf(version: String, members: String, warnings: [String]) throws {
        #expect(try parse(version, members).warnings.map(\.description) == warnings)
    }

    @Test func valueOfANewerSpecIsRefused() throws {
        let members = #""storage":{"filesystems":[{"device":"/a","format":"none"}]}"#
        let error = try #require(throws: IgnitionError.self) { try parse("3.2.0", members) }
        #expect(
            error.description
                == #"c.ign:2:51: storage.filesystems.0.format: the text "none" is of spec 3.3.0, but the config is of 3.2.0"#
        )
        #expect(try parse("3.3.0", members).version == SpecVersion(3, 3))
    }
}
