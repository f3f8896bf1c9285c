import Testing

@testable import Ignition

@Suite struct ButaneSugarTests {
    private func translate(_ version: String, _ body: String) throws -> IgnitionConfig {
        let text = "variant: fcos\nversion: \(version)\n\(body)"
        return try IgnitionConfig(butane: Array(text.utf8), source: "c.bu", filesDirectory: nil, newest: .newest)
    }

    @Test(arguments: [
        ("1.0.0", "", #"{"source":"data:,"}"#),
        ("1.6.0", "", #"{"compression":"","source":"data:,"}"#),
        ("1.6.0", "hi there-_.~", #"{"compression":"","source":"data:,hi%20there-_.~"}"#),
        ("1.6.0", "é=é=é=é=", #"{"compression":"","source":"data:;base64,w6k9w6k9w6k9w6k9"}"#),
    ])
    func inlineContentsBecomeTheShorterURL(version: String, text: String, contents: String) throws {
        let config = try translate(version, "storage: {files: [{path: /a, contents: {inline: \"\(text)\"}}]}\n")
        let made = try #require(config.root["storage"]?["files"]?.array?[0]["contents"])
        #expect(made == (try JSONReader.read(Array(contents.utf8), source: "").value))
    }

    @Test func contentsThatAreCompressedStaySo() throws {
        let config = try translate(
            "1.4.0", "storage: {files: [{path: /a, contents: {inline: x, compression: gzip}}]}\n")
        #expect(
            config.root["storage"]?["files"]?.array?[0]["contents"] == ["compression": "gzip", "source": "data:,x"])
    }

    @Test func configInsideIsLoweredToo() throws {
        let text = """
            variant: fcos
            version: 1.5.0
            ignition: {config: {merge: [{inline: '{"ignition":{"version":"3.4.0"},"x":1}'}]}}
            """
        let config = try IgnitionConfig(butane: Array(text.utf8), source: "c.bu", filesDirectory: nil)
        let inner = Array(#"{"ignition":{"version":"3.3.0"},"x":1}"#.utf8)
        #expect(
            try config.root["ignition"]?["config"]?["merge"]?.array?[0]["source"]
                == .string(DataURL.shortest(inner, compresses: true).text))
        #expect(
            config.warnings.map(\.description) == [
                "c.bu:3:38: ignition.config.merge.0.inline: the config in it:1:33: x: an unknown key, which Ignition ignores"
            ])
    }

    /// A filesystem, the unit's name and its text.
    @Test(arguments: [
        (
            "{device: /dev/disk/by-label/my-data, format: ext4, path: /var/lib/my-data, with_mount_unit: true}",
            "var-lib-my\\x2ddata.mount",
            """
            # Made from with_mount_unit
            [Unit]
            Requires=systemd-fsck@dev-disk-by\\x2dlabel-my\\x2ddata.service
            After=systemd-fsck@dev-disk-by\\x2dlabel-my\\x2ddata.service

            [Mount]
            Where=/var/lib/my-data
            What=/dev/disk/by-label/my-data
            Type=ext4

            [Install]
            RequiredBy=local-fs.target

            """
        ),
        (
            "{device: /dev/mapper/x, format: xfs, path: /var/x, with_mount_unit: true, mount_options: [ro, noexec]}",
            "var-x.mount",
            """
            # Made from with_mount_unit
            [Unit]
            Requires=systemd-fsck@dev-mapper-x.service
            After=systemd-fsck@dev-mapper-x.service

            [Mount]
            Where=/var/x
            What=/dev/mapper/x
            Type=xfs
            Options=ro,noexec,_netdev

            [Install]
            RequiredBy=remote-fs.target

            """
        ),
        (
            "{device: /dev/disk/by-partlabel/swap, format: swap, with_mount_unit: true, mount_options: [pri=1]}",
            "dev-disk-by\\x2dpartlabel-swap.swap",
            """
            # Made from with_mount_unit
            [Swap]
            What=/dev/disk/by-partlabel/swap
            Options=pri=1

            [Install]
            RequiredBy=swap.target

            """
        ),
    ])
    func filesystemGetsItsUnit(filesystem: String, name: String, contents: String) throws {
        let config = try translate(
            "1.4.0",
            """
            storage:
              luks: [{name: x, device: /dev/vdb, clevis: {tang: [{url: "http://t", thumbprint: t}]}}]
              filesystems: [\(filesystem)]
            systemd:
              units: [{name: own.service}]
            """)
        #expect(
            config.root["systemd"]?["units"] == [
                ["name": .string(name), "enabled": true, "contents": .string(contents)], ["name": "own.service"],
            ])
        #expect(config.root["storage"]?["filesystems"]?.array?[0]["with_mount_unit"] == nil)
    }

    @Test func ownUnitGoesBeforeThatOfTheFilesystem() throws {
        let config = try translate(
            "1.4.0",
            """
            storage:
              filesystems: [{device: /a, format: xfs, path: /var/x, with_mount_unit: true}]
            systemd:
              units: [{name: var-x.mount, contents: own}]
            """)
        #expect(
            config.root["systemd"]?["units"] == [["name": "var-x.mount", "enabled": true, "contents": "own"]])
    }

    @Test(arguments: [
        ("/", "-"), ("/a//b/", "a-b"), ("/.a/.b", "\\x2ea-.b"), ("/a-b c:_", "a\\x2db\\x20c:_"), ("/é", "\\xc3\\xa9"),
        ("/a\tb", "a\\x09b"),
    ])
    func pathIsEscapedAsSystemdDoes(path: String, name: String) {
        #expect(UnitName.escaped(path: path) == name)
    }

    @Test func mirrorBecomesDisksArraysAndFilesystems() throws {
        let config = try translate(
            "1.3.0",
            """
            boot_device:
              layout: x86_64
              mirror: {devices: [/dev/a, /dev/b]}
            storage:
              disks: [{device: /dev/a, partitions: [{label: root-1, size_mib: 8192}, {label: var-1}]}]
              filesystems: [{device: /dev/md/md-root, format: ext4, label: root, wipe_filesystem: true}]
            """)
        func disk(_ device: String, _ number: Int, _ root: ConfigValue, _ more: [ConfigValue]) -> ConfigValue {
            let fixed: [ConfigValue] = [
                [
                    "label": .string("bios-\(number)"), "sizeMiB": 1,
                    "typeGuid": "21686148-6449-6E6F-744E-656564454649",
                ],
                [
                    "label": .string("esp-\(number)"), "sizeMiB": 127,
                    "typeGuid": "C12A7328-F81F-11D2-BA4B-00A0C93EC93B",
                ],
                ["label": .string("boot-\(number)"), "sizeMiB": 384], root,
            ]
            return ["device": .string(device), "wipeTable": true, "partitions": .array(fixed + more)]
        }
        func esp(_ number: Int) -> ConfigValue {
            [
                "device": .string("/dev/disk/by-partlabel/esp-\(number)"), "format": "vfat",
                "label": .string("esp-\(number)"), "wipeFilesystem": true,
            ]
        }
        func array(_ label: String) -> ConfigValue {
            [
                "name": .string("md-\(label)"), "level": "raid1",
                "devices": [
                    .string("/dev/disk/by-partlabel/\(label)-1"), .string("/dev/disk/by-partlabel/\(label)-2"),
                ],
            ]
        }
        var boot = array("boot")
        boot["options"] = ["--metadata=1.0"]
        #expect(
            config.root["storage"]?["disks"] == [
                disk("/dev/a", 1, ["label": "root-1", "sizeMiB": 8192], [["label": "var-1"]]),
                disk("/dev/b", 2, ["label": "root-2"], []),
            ])
        #expect(config.root["storage"]?["raid"] == [boot, array("root")])
        #expect(
            config.root["storage"]?["filesystems"] == [
                esp(1), esp(2),
                ["device": "/dev/md/md-boot", "format": "ext4", "label": "boot", "wipeFilesystem": true],
                ["device": "/dev/md/md-root", "format": "ext4", "label": "root", "wipeFilesystem": true],
            ])
        #expect(config.warnings.isEmpty)
    }

    /// A layout and the labels of its mirrored disks' partitions.
    @Test(arguments: [
        ("aarch64", ["reserved-1", "esp-1", "boot-1", "root-1"], 4),
        ("ppc64le", ["prep-1", "reserved-1", "boot-1", "root-1"], 2),
    ])
    func otherLayoutsHaveTheirPartitions(layout: String, labels: [String], filesystems: Int) throws {
        let config = try translate(
            "1.5.0", "boot_device: {layout: \(layout), mirror: {devices: [/dev/a, /dev/b]}}\n")
        let partitions = config.root["storage"]?["disks"]?.array?[0]["partitions"]?.array ?? []
        #expect(partitions.compactMap { $0["label"]?.string } == labels)
        #expect(config.root["storage"]?["filesystems"]?.array?.count == filesystems)
    }

    /// `boot_device`, the encrypted device, what opens it, and where the root's filesystem is.
    @Test(arguments: [
        (
            "{luks: {tpm2: true, discard: true}}", "/dev/disk/by-partlabel/root",
            #"{"clevis":{"tpm2":true},"discard":true}"#
        ),
        (
            "{layout: x86_64, luks: {tang: [{url: \"http://t\", thumbprint: t, advertisement: \"{}\"}], threshold: 1}, "
                + "mirror: {devices: [/dev/a, /dev/b]}}", "/dev/md/md-root",
            #"{"clevis":{"tang":[{"advertisement":"{}","thumbprint":"t","url":"http://t"}],"threshold":1}}"#
        ),
        ("{layout: s390x-eckd, luks: {device: /dev/dasda, tpm2: true}}", "/dev/dasda2", #"{"clevis":{"tpm2":true}}"#),
        (
            "{layout: s390x-zfcp, luks: {device: /dev/sdb, cex: {enabled: true}}}", "/dev/sdb4",
            #"{"cex":{"enabled":true}}"#
        ),
    ])
    func encryptedRootBecomesALUKSDevice(bootDevice: String, device: String, keys: String) throws {
        let config = try translate("1.6.0", "boot_device: \(bootDevice)\n")
        var expected = try JSONReader.read(Array(keys.utf8), source: "").value
        for (key, value): (String, ConfigValue) in [
            ("name", "root"), ("label", "luks-root"), ("device", .string(device)), ("wipeVolume", true),
        ] {
            expected[key] = value
        }
        #expect(config.root["storage"]?["luks"] == [expected])
        #expect(
            config.root["storage"]?["filesystems"]?.array?.last
                == ["device": "/dev/mapper/root", "format": "xfs", "label": "root", "wipeFilesystem": true])
    }

    @Test func grubUsersBecomeItsUserConfig() throws {
        let config = try translate(
            "1.5.0", "grub: {users: [{name: root, password_hash: grub.a}, {name: me, password_hash: grub.b}]}\n")
        let url =
            "data:,%23%20Made%20from%20grub.users%0A%0Aset%20superusers%3D%22root%20me%22%0A"
            + "password_pbkdf2%20root%20grub.a%0Apassword_pbkdf2%20me%20grub.b%0A"
        #expect(
            config.root["storage"] == [
                "filesystems": [["device": "/dev/disk/by-label/boot", "format": "ext4", "path": "/boot"]],
                "files": [
                    ["path": "/boot/grub2/user.cfg", "append": [["source": .string(url), "compression": ""]]]
                ],
            ])
    }

    @Test(arguments: [
        (
            "storage: {files: [{path: /a, mode: 644}]}",
            [
                "c.bu:3:36: storage.files.0.mode: 644 is an odd mode, but usual in octal; write it as 0644",
                "c.bu:3:36: storage.files.0.mode: before spec 3.6.0 Ignition does not set setuid, setgid and sticky bits reliably",
            ]
        ),
        ("storage: {files: [{path: /a, mode: 0644}, {path: /b, mode: 420}, {path: /c, mode: 432}]}", []),
        (
            "storage: {directories: [{path: /a, mode: 755}]}",
            [
                "c.bu:3:42: storage.directories.0.mode: 755 is an odd mode, but usual in octal; write it as 0755",
                "c.bu:3:42: storage.directories.0.mode: before spec 3.6.0 Ignition does not set setuid, setgid and sticky bits reliably",
            ]
        ),
        (
            "boot_device: {mirror: {devices: [/dev/a, /dev/b]}}",
            ["c.bu:3:23: boot_device.mirror: boot_device.layout should say for which machines"]
        ),
        (
            "boot_device: {luks: {threshold: 1}}",
            ["c.bu:3:21: boot_device.luks: no tang, tpm2 or cex: nothing will be encrypted"]
        ),
        (
            "storage: {disks: [{device: /dev/a, partitions: [{label: x}]}]}",
            [
                "c.bu:3:57: storage.disks.0.partitions.0.label: a partition cannot be used again by its label; give it a number or set wipe_table"
            ]
        ),
        (
            "storage: {disks: [{device: /dev/disk/by-id/coreos-boot-disk, partitions: [{label: root, number: 4, size_mib: 99}]}]}",
            ["c.bu:3:110: storage.disks.0.partitions.0.size_mib: the root should have 8192 MiB or more"]
        ),
        (
            "storage: {disks: [{device: /dev/disk/by-id/coreos-boot-disk, partitions: [{label: root, number: 4}, {label: x}]}]}",
            [
                "c.bu:3:83: storage.disks.0.partitions.0.label: the root cannot grow: another partition without a start follows it"
            ]
        ),
        (
            "storage: {disks: [{device: /dev/disk/by-id/coreos-boot-disk, partitions: [{label: boot, number: 2}]}]}",
            [
                #"c.bu:3:83: storage.disks.0.partitions.0.label: "boot" is partition 3 of the image; this makes another one"#
            ]
        ),
    ])
    func oddThingsAreWarnedOf(body: String, warnings: [String]) throws {
        #expect(try translate("1.6.0", body).warnings.map(\.description) == warnings)
    }

    @Test(arguments: [
        (0o644, false, true), (0o600, false, true), (0, false, true), (0o755, false, true), (0o4755, false, true),
        (0o466, false, false), (0o200, false, false), (0o111, false, false), (0o654, false, false),
        (0o750, false, true),
        (0o754, false, false), (0o6600, false, false), (0o4777, false, false), (0o1644, false, false),
        (0o755, true, true), (0o1777, true, true), (0o644, true, false), (0o4755, true, false), (0o1555, true, false),
    ])
    func usualModesAreKnown(mode: Int, isDirectory: Bool, isUsual: Bool) {
        #expect(FileMode.isUsual(mode, isDirectory: isDirectory) == isUsual)
    }
}
