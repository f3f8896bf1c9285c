import Testing

@testable import Ignition

@Suite struct ButaneTests {
    /// `body` follows the two lines of the head.
    private func translate(_ version: String, _ body: String) throws -> IgnitionConfig {
        let text = "variant: fcos\nversion: \(version)\n\(body)"
        return try IgnitionConfig(butane: Array(text.utf8), source: "c.bu", filesDirectory: nil, newest: .newest)
    }

    private func message(_ version: String, _ body: String) throws -> String {
        try #require(throws: IgnitionError.self) { try translate(version, body) }.description
    }

    @Test(arguments: [
        ("1.0.0", "3.0.0"), ("1.1.0", "3.1.0"), ("1.2.0", "3.2.0"), ("1.3.0", "3.2.0"), ("1.4.0", "3.3.0"),
        ("1.5.0", "3.4.0"), ("1.6.0", "3.5.0"),
    ])
    func versionStandsForASpec(version: String, spec: String) throws {
        #expect(try translate(version, "").root == ["ignition": ["version": .string(spec)]])
    }

    @Test func configIsLoweredToWhatTheGuestTakes() throws {
        let plain = "variant: fcos\nversion: 1.6.0\nkernel_arguments:\n  should_exist: [a]\n"
        let config = try IgnitionConfig(butane: Array(plain.utf8), source: "c.bu", filesDirectory: nil)
        #expect(config.version == SpecVersion(3, 3))
        let luks = "variant: fcos\nversion: 1.6.0\nboot_device:\n  luks:\n    tpm2: true\n    discard: true\n"
        let error = try #require(throws: IgnitionError.self) {
            try IgnitionConfig(butane: Array(luks.utf8), source: "c.bu", filesDirectory: nil)
        }
        #expect(
            error.description
                == "c.bu:6:14: boot_device.luks.discard: the key is of spec 3.4.0, but the guest takes at most 3.3.0; leave it out"
        )
    }

    @Test(arguments: [
        ("", "c.bu: not a Butane config"),
        ("- a", "c.bu: not a Butane config"),
        ("a: b", "c.bu:1:1: variant: missing; write variant: fcos"),
        ("variant: fcos", "c.bu:1:1: version: missing; write version: 1.6.0"),
        (
            "variant: flatcar\nversion: 1.0.0",
            #"c.bu:1:10: variant: the text "flatcar" is not a variant that is read; use fcos"#
        ),
        (
            "variant: fcos\nversion: 1.7.0",
            #"c.bu:2:10: version: the text "1.7.0" is not a version of fcos that is read; those are 1.0.0 to 1.6.0"#
        ),
        (
            "variant: fcos\nversion: 1.6.0-experimental",
            #"c.bu:2:10: version: the text "1.6.0-experimental" is not a version of fcos that is read; "#
                + "those are 1.0.0 to 1.6.0"
        ),
        (
            "variant: fcos\nversion: 1.5",
            "c.bu:2:10: version: the number 1.5 is not a version of fcos that is read; those are 1.0.0 to 1.6.0"
        ),
        ("a: [", "c.bu:2:1: not valid YAML: did not find expected node content"),
        ("a: 1\na: 2", #"c.bu:1:1: the key "a" is there more than once; keep one"#),
        ("a: *b", "c.bu:1:4: not valid YAML: found undefined alias"),
        ("[a]: 1", "c.bu:1:1: a key must be a text, not a list or an object"),
    ])
    func whatIsNoConfigIsRefused(text: String, message: String) throws {
        let error = try #require(throws: IgnitionError.self) {
            try IgnitionConfig(butane: Array(text.utf8), source: "c.bu", filesDirectory: nil)
        }
        #expect(error.description == message)
    }

    @Test(arguments: [
        ("storage:\n  file: []\n", "c.bu:4:3: storage.file: an unknown key"),
        ("ignition:\n  version: 3.3.0\n", "c.bu:4:3: ignition.version: an unknown key"),
        ("storage: x\n", #"c.bu:3:10: storage: an object is expected, not the text "x""#),
        ("storage:\n  files: {}\n", "c.bu:4:10: storage.files: a list is expected, not an object"),
        (
            "storage:\n  files:\n    - path: /a\n      mode: u=rw\n",
            #"c.bu:6:13: storage.files.0.mode: a whole number is expected, not the text "u=rw""#
        ),
        (
            "storage:\n  files:\n    - path: /a\n      overwrite: \"yes\"\n",
            #"c.bu:6:18: storage.files.0.overwrite: true or false is expected, not the text "yes""#
        ),
        (
            "systemd:\n  units:\n    - name: a.service\n      contents: [a]\n",
            "c.bu:6:17: systemd.units.0.contents: a text is expected, not a list"
        ),
        ("storage:\n  files:\n    - mode: 0644\n", "c.bu:5:7: storage.files.0.path: missing; it is required"),
        ("storage:\n  trees:\n    - path: /a\n", "c.bu:5:7: storage.trees.0.local: missing; it is required"),
        (
            "grub:\n  users:\n    - name: root\n",
            "c.bu:5:7: grub.users.0.password_hash: missing; it is required"
        ),
        (
            "storage:\n  luks:\n    - name: a\n      device: /b\n      key_file:\n        verification: {hash: a}\n",
            "c.bu:8:30: storage.luks.0.key_file.verification.hash: \"a\" is not a hash; write sha512-<digits> or "
                + "sha256-<digits>"
        ),
        (
            "ignition:\n  config:\n    merge:\n      - compression: gzip\n",
            "c.bu:6:9: ignition.config.merge.0.source: missing; it is required"
        ),
        (
            "storage:\n  files:\n    - path: /a\n      contents:\n        inline: a\n        source: b\n",
            "c.bu:7:17: storage.files.0.contents.inline: only one of inline, local and source is possible; keep one"
        ),
        (
            "systemd:\n  units:\n    - name: a.service\n      contents: a\n      contents_local: a\n",
            "c.bu:7:23: systemd.units.0.contents_local: goes without contents; keep one of both"
        ),
        (
            "storage:\n  files:\n    - path: /a\n      contents:\n        local: a\n",
            "c.bu:7:16: storage.files.0.contents.local: a local file, but no folder for such files was given"
        ),
        (
            "storage:\n  filesystems:\n    - device: /dev/a\n      path: /var/a\n      with_mount_unit: true\n",
            "c.bu:5:7: storage.filesystems.0.format: missing; a filesystem with with_mount_unit needs a format"
        ),
        (
            "storage:\n  filesystems:\n    - device: /dev/a\n      format: xfs\n      with_mount_unit: true\n",
            "c.bu:5:7: storage.filesystems.0.path: missing; a filesystem with with_mount_unit needs a path"
        ),
        (
            "storage:\n  filesystems:\n    - {device: /dev/a, format: xfs, path: /srv, with_mount_unit: true}\n",
            "c.bu:5:43: storage.filesystems.0.path: must be under /etc or /var for with_mount_unit"
        ),
        (
            "boot_device:\n  layout: sparc\n  luks:\n    tpm2: true\n",
            #"c.bu:4:11: boot_device.layout: the text "sparc" is no layout; use one of aarch64, ppc64le, s390x-eckd, "#
                + "s390x-virt, s390x-zfcp, x86_64"
        ),
        (
            "boot_device:\n  mirror:\n    devices: [/dev/a]\n",
            "c.bu:5:14: boot_device.mirror.devices: a mirror needs at least two devices"
        ),
        (
            "boot_device:\n  layout: s390x-eckd\n  luks:\n    tpm2: true\n",
            "c.bu:4:11: boot_device.layout: s390x-eckd needs boot_device.luks.device, such as /dev/dasda"
        ),
        (
            "boot_device:\n  layout: s390x-virt\n  mirror:\n    devices: [/dev/a, /dev/b]\n",
            "c.bu:4:11: boot_device.layout: s390x-virt cannot be mirrored"
        ),
        (
            "boot_device:\n  luks:\n    cex:\n      enabled: true\n",
            "c.bu:6:7: boot_device.luks.cex: only the layouts of s390x have cex"
        ),
        // What the config becomes is checked too, with the places of what it was made of.
        (
            "systemd:\n  units:\n    - name: a\n",
            #"c.bu:5:13: systemd.units.0.name: "a" is not the name of a systemd unit; it must end in .service or "#
                + "another unit type"
        ),
        (
            "ignition:\n  config:\n    replace:\n      inline: '{\"ignition\": {}}'\n",
            "c.bu:6:15: ignition.config.replace.inline: the config in it:1:14: ignition.version: missing; "
                + #"write "3.5.0""#
        ),
    ])
    func mistakeIsRefusedWithItsPlace(body: String, expected: String) throws {
        #expect(try message("1.6.0", body) == expected)
    }

    /// The first version with a key, and a config that has it.
    @Test(arguments: [
        (1, "storage:\n  trees: []\n", "storage.trees"),
        (1, "storage:\n  filesystems: [{device: /a, format: xfs, with_mount_unit: no}]\n", "with_mount_unit"),
        (1, "ignition:\n  proxy: {no_proxy: [a]}\n", "ignition.proxy"),
        (2, "storage:\n  luks: []\n", "storage.luks"),
        (2, "passwd:\n  users: [{name: a, should_exist: false}]\n", "should_exist"),
        (3, "boot_device: {}\n", "boot_device"),
        (4, "kernel_arguments: {}\n", "kernel_arguments"),
        (5, "grub: {}\n", "grub"),
        (5, "systemd:\n  units: [{name: a.service, contents_local: ~}]\n", "contents_local"),
        (5, "systemd:\n  units: [{name: a.service, dropins: [{name: a.conf, contents_local: ~}]}]\n", "contents_local"),
        (5, "passwd:\n  users: [{name: a, ssh_authorized_keys_local: []}]\n", "ssh_authorized_keys_local"),
        (5, "storage:\n  luks: [{name: a, device: /b, discard: true, open_options: []}]\n", "discard"),
        (5, "boot_device:\n  luks: {tpm2: true, discard: true}\n", "boot_device.luks.discard"),
        (6, "storage:\n  luks: [{name: a, device: /b, cex: {}}]\n", "cex"),
        (6, "boot_device:\n  luks: {tpm2: true, device: /dev/dasda}\n", "boot_device.luks.device"),
    ])
    func keyIsReadFromItsVersionOn(since: Int, body: String, key: String) throws {
        #expect(throws: Never.self) { try translate("1.\(since).0", body) }
        let error = try #require(throws: IgnitionError.self) { try translate("1.\(since - 1).0", body) }
        #expect(error.key?.hasSuffix(key) == true)
        #expect(error.reason == "not a key of fcos 1.\(since - 1).0; fcos 1.\(since).0 brought it")
    }

    @Test func scalarsMeanWhatTheirKeyExpects() throws {
        let config = try translate(
            "1.4.0",
            """
            x: &owner {user: {name: 1000}}
            """
            .replacing("x: &owner", with: "storage:\n  directories:\n    - &owner")
            .replacing("{user: {name: 1000}}", with: "{path: /a, mode: 0755, user: {name: 1000}, overwrite: no}\n")
                + """
                    - {<<: *owner, path: /b, mode: 0o700}
                    - {path: "/c", mode: 0x1ff, user: ~}
                """)
        #expect(
            config.root["storage"] == [
                "directories": [
                    ["path": "/a", "mode": 0o755, "user": ["name": "1000"], "overwrite": false],
                    ["path": "/b", "mode": 0o700, "user": ["name": "1000"], "overwrite": false],
                    ["path": "/c", "mode": 0o777],
                ]
            ])
    }
}
