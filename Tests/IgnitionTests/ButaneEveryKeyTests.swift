import Testing

@testable import Ignition

@Suite struct ButaneEveryKeyTests {
    /// Every key of fcos 1.6.0 that stands for one of Ignition's.
    private static let butane = """
        variant: fcos
        version: 1.6.0
        ignition:
          config:
            merge:
              - {source: "https://a", compression: gzip, http_headers: [{name: H, value: v}], verification: {hash: H512}}
            replace: {source: "https://b"}
          timeouts: {http_response_headers: 20, http_total: 30}
          security: {tls: {certificate_authorities: [{source: "https://c"}]}}
          proxy: {http_proxy: "http://p", https_proxy: "https://p", no_proxy: [localhost]}
        storage:
          disks:
            - device: /dev/a
              wipe_table: true
              partitions:
                - {label: l, number: 1, size_mib: 5, start_mib: 6, type_guid: G, guid: G, wipe_partition_entry: true,
                   should_exist: true, resize: true}
          raid:
            - {name: r, level: raid1, devices: [/dev/b, /dev/c], spares: 1, options: [x]}
          filesystems:
            - {device: /dev/d, format: ext4, path: /var/d, wipe_filesystem: true, label: f, uuid: u, options: [-q],
               mount_options: [ro]}
          files:
            - {path: /f, overwrite: true, contents: {source: "data:,a"}, append: [{inline: a b}], mode: 0600,
               user: {id: 1}, group: {name: g}}
          directories:
            - {path: /e, overwrite: false, mode: 0755, user: {name: u}, group: {id: 2}}
          links:
            - {path: /l, overwrite: true, user: {id: 3}, group: {id: 4}, target: /t, hard: false}
          luks:
            - name: l1
              device: /dev/e
              key_file: {inline: k}
              label: m
              uuid: v
              options: [o]
              discard: true
              open_options: [p]
              wipe_volume: true
              clevis: {tang: [{url: "http://t", thumbprint: t, advertisement: "{}"}], tpm2: true, threshold: 2}
            - {name: l2, device: /dev/f, clevis: {custom: {pin: sss, config: "{}", needs_network: true}}}
            - {name: l3, device: /dev/g, cex: {enabled: true}}
        systemd:
          units:
            - {name: a.service, enabled: true, mask: false, contents: "[Install]",
               dropins: [{name: d.conf, contents: "[Service]"}]}
        passwd:
          users:
            - {name: u, password_hash: h, ssh_authorized_keys: [k1, k2], uid: 5, gecos: g, home_dir: /h,
               no_create_home: true, primary_group: p, groups: [g1], no_user_group: true, no_log_init: true,
               shell: /bin/sh, should_exist: true, system: true}
          groups:
            - {name: g, gid: 6, password_hash: h, should_exist: false, system: true}
        kernel_arguments: {should_exist: [a], should_not_exist: [b]}
        """

    private static let ignition = """
        {"ignition":{"config":{"merge":[{"compression":"gzip","httpHeaders":[{"name":"H","value":"v"}],\
        "source":"https://a","verification":{"hash":"H512"}}],"replace":{"source":"https://b"}},\
        "proxy":{"httpProxy":"http://p","httpsProxy":"https://p","noProxy":["localhost"]},\
        "security":{"tls":{"certificateAuthorities":[{"source":"https://c"}]}},\
        "timeouts":{"httpResponseHeaders":20,"httpTotal":30},"version":"3.5.0"},\
        "kernelArguments":{"shouldExist":["a"],"shouldNotExist":["b"]},\
        "passwd":{"groups":[{"gid":6,"name":"g","passwordHash":"h","shouldExist":false,"system":true}],\
        "users":[{"gecos":"g","groups":["g1"],"homeDir":"/h","name":"u","noCreateHome":true,"noLogInit":true,\
        "noUserGroup":true,"passwordHash":"h","primaryGroup":"p","shell":"/bin/sh","shouldExist":true,\
        "sshAuthorizedKeys":["k1","k2"],"system":true,"uid":5}]},\
        "storage":{"directories":[{"group":{"id":2},"mode":493,"overwrite":false,"path":"/e","user":{"name":"u"}}],\
        "disks":[{"device":"/dev/a","partitions":[{"guid":"G","label":"l","number":1,"resize":true,\
        "shouldExist":true,"sizeMiB":5,"startMiB":6,"typeGuid":"G","wipePartitionEntry":true}],"wipeTable":true}],\
        "files":[{"append":[{"compression":"","source":"data:,a%20b"}],"contents":{"source":"data:,a"},\
        "group":{"name":"g"},"mode":384,"overwrite":true,"path":"/f","user":{"id":1}}],\
        "filesystems":[{"device":"/dev/d","format":"ext4","label":"f","mountOptions":["ro"],"options":["-q"],\
        "path":"/var/d","uuid":"u","wipeFilesystem":true}],\
        "links":[{"group":{"id":4},"hard":false,"overwrite":true,"path":"/l","target":"/t","user":{"id":3}}],\
        "luks":[{"clevis":{"tang":[{"advertisement":"{}","thumbprint":"t","url":"http://t"}],"threshold":2,"tpm2":true},\
        "device":"/dev/e","discard":true,"keyFile":{"compression":"","source":"data:,k"},"label":"m","name":"l1",\
        "openOptions":["p"],"options":["o"],"uuid":"v","wipeVolume":true},\
        {"clevis":{"custom":{"config":"{}","needsNetwork":true,"pin":"sss"}},"device":"/dev/f","name":"l2"},\
        {"cex":{"enabled":true},"device":"/dev/g","name":"l3"}],\
        "raid":[{"devices":["/dev/b","/dev/c"],"level":"raid1","name":"r","options":["x"],"spares":1}]},\
        "systemd":{"units":[{"contents":"[Install]","dropins":[{"contents":"[Service]","name":"d.conf"}],\
        "enabled":true,"mask":false,"name":"a.service"}]}}
        """

    private static func filled(_ text: String) -> String {
        text.replacing("H512", with: "sha512-" + String(repeating: "0", count: 128))
            .replacing("G,", with: "01234567-89AB-CDEF-EDCB-A98765432101,")
            .replacing("\"G\"", with: "\"01234567-89AB-CDEF-EDCB-A98765432101\"")
    }

    @Test func everyKeyBecomesIgnitions() throws {
        let config = try IgnitionConfig(
            butane: Array(Self.filled(Self.butane).utf8), source: "c.bu", filesDirectory: nil, newest: .newest)
        #expect(String(decoding: try config.encoded(), as: UTF8.self) == Self.filled(Self.ignition))
        #expect(config.warnings.isEmpty)
    }

    /// No field of the table is missing above.
    @Test func theConfigAboveHasEveryFieldOfTheSpec() {
        func unused(_ object: SpecObject, _ nodes: [ConfigValue], _ path: String) -> [String] {
            object.fields.flatMap { field -> [String] in
                let values = nodes.compactMap { $0[field.name] }
                let key = "\(path).\(field.name)"
                guard !values.isEmpty else { return [key] }
                switch field.type {
                case .object(let inner): return unused(inner, values, key)
                case .list(.object(let inner), _, _): return unused(inner, values.flatMap { $0.array ?? [] }, key)
                default: return []
                }
            }
        }
        let root = try? JSONReader.read(Array(Self.ignition.utf8), source: "").value
        let missing = unused(SpecTable.config, [root ?? .null], "")
        // References to bytes and owners are the same everywhere; one with all its fields is enough.
        let alike = [".files.", "keyFile", "replace", "certificateAuthorities", ".user.", ".group."]
        #expect(missing.filter { key in !alike.contains { key.contains($0) } } == [])
    }
}
