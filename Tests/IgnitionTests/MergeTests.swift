import Testing

@testable import Ignition

@Suite struct MergeTests {
    private func merge(_ parent: ConfigValue, _ child: ConfigValue) -> ConfigValue {
        var left = IgnitionConfig()
        var right = IgnitionConfig()
        for (key, value) in parent.object ?? [:] { left.root[key] = value }
        for (key, value) in child.object ?? [:] { right.root[key] = value }
        return left.merged(with: right).root
    }

    @Test func filesMergeByPathAndTheChildWins() {
        let merged = merge(
            ["storage": ["files": [["path": "/a", "mode": 420, "overwrite": true], ["path": "/b", "mode": 420]]]],
            ["storage": ["files": [["path": "/c"], ["path": "/a", "mode": 384]]]])
        #expect(
            merged["storage"]?["files"] == [
                ["path": "/a", "mode": 384, "overwrite": true], ["path": "/b", "mode": 420], ["path": "/c"],
            ])
    }

    @Test func unitsAndTheirDropinsMergeByName() {
        let merged = merge(
            ["systemd": ["units": [["name": "a.service", "dropins": [["name": "1.conf", "contents": "x"]]]]]],
            [
                "systemd": [
                    "units": [
                        [
                            "name": "a.service", "enabled": true,
                            "dropins": [["name": "1.conf", "contents": "y"], ["name": "2.conf"]],
                        ]
                    ]
                ]
            ])
        #expect(
            merged["systemd"]?["units"] == [
                [
                    "name": "a.service", "enabled": true,
                    "dropins": [["name": "1.conf", "contents": "y"], ["name": "2.conf"]],
                ]
            ])
    }

    @Test func aUsersKeysAndGroupsAreUnited() {
        let merged = merge(
            ["passwd": ["users": [["name": "core", "sshAuthorizedKeys": ["A", "B"], "groups": ["adm"]]]]],
            ["passwd": ["users": [["name": "core", "sshAuthorizedKeys": ["B", "C"]], ["name": "other"]]]])
        #expect(
            merged["passwd"]?["users"] == [
                ["name": "core", "sshAuthorizedKeys": ["A", "B", "C"], "groups": ["adm"]], ["name": "other"],
            ])
    }

    @Test func whatIsAppendedToAFileIsAppendedTwice() {
        let part: ConfigValue = ["storage": ["files": [["path": "/a", "append": [["source": "data:,x"]]]]]]
        #expect(
            merge(part, part)["storage"]?["files"] == [
                ["path": "/a", "append": [["source": "data:,x"], ["source": "data:,x"]]]
            ])
    }

    @Test func aPathHasTheKindThatTheChildGivesIt() {
        let merged = merge(
            ["storage": ["files": [["path": "/a"], ["path": "/b"]], "links": [["path": "/c", "target": "/x"]]]],
            ["storage": ["links": [["path": "/a", "target": "/y"]], "directories": [["path": "/c"]]]])
        #expect(merged["storage"]?["files"] == [["path": "/b"]])
        #expect(merged["storage"]?["links"] == [["path": "/a", "target": "/y"]])
        #expect(merged["storage"]?["directories"] == [["path": "/c"]])
    }

    @Test func nullInTheChildChangesNothing() {
        #expect(merge(["a": ["b": 1]], ["a": ["b": .null]])["a"] == ["b": 1])
    }

    @Test func theNewerVersionStays() throws {
        let old = try IgnitionConfig(parsing: Array(#"{"ignition":{"version":"3.0.0"}}"#.utf8), source: "")
        #expect(IgnitionConfig().merged(with: old).version == SpecVersion(3, 3))
        #expect(old.merged(with: IgnitionConfig()).version == SpecVersion(3, 3))
    }

    @Test func partitionsMergeByNumberOrElseByLabel() {
        let merged = merge(
            [
                "storage": [
                    "disks": [
                        [
                            "device": "/dev/vda",
                            "partitions": [
                                ["number": 1, "label": "a"], ["number": 0, "label": "b"], ["number": 0, "label": "c"],
                            ],
                        ]
                    ]
                ]
            ],
            [
                "storage": [
                    "disks": [
                        [
                            "device": "/dev/vda",
                            "partitions": [["number": 1, "sizeMiB": 5], ["number": 0, "label": "c", "sizeMiB": 6]],
                        ]
                    ]
                ]
            ])
        #expect(
            merged["storage"]?["disks"] == [
                [
                    "device": "/dev/vda",
                    "partitions": [
                        ["number": 1, "label": "a", "sizeMiB": 5], ["number": 0, "label": "b"],
                        ["number": 0, "label": "c", "sizeMiB": 6],
                    ],
                ]
            ])
    }

    /// Parent, child and result of `config/merge`'s rules; each is what stands at one place of a config.
    @Test(arguments: [
        // Filesystems go by their device, as a swap has no path.
        (
            "storage.filesystems",
            #"[{"device":"/dev/a","path":"/a"}]"#,
            #"[{"device":"/dev/a","path":"/b"},{"device":"/dev/b","path":"/b"}]"#,
            #"[{"device":"/dev/a","path":"/b"},{"device":"/dev/b","path":"/b"}]"#
        ),
        // Options are appended, twice too, as the order of options may matter.
        (
            "storage.filesystems",
            #"[{"device":"/dev/a","mountOptions":["ro"],"options":["-q"]}]"#,
            #"[{"device":"/dev/a","mountOptions":["ro","x"],"options":["-q"]}]"#,
            #"[{"device":"/dev/a","mountOptions":["ro","ro","x"],"options":["-q","-q"]}]"#
        ),
        (
            "storage.raid", #"[{"name":"a","devices":["/1","/2"],"options":["x"]}]"#,
            #"[{"name":"a","devices":["/2","/3"],"options":["x"]}]"#,
            #"[{"name":"a","devices":["/1","/2","/3"],"options":["x","x"]}]"#
        ),
        (
            "storage.luks", #"[{"name":"a","openOptions":["x"],"options":["y"]}]"#,
            #"[{"name":"a","openOptions":["x","z"],"options":["y"]}]"#,
            #"[{"name":"a","openOptions":["x","z"],"options":["y","y"]}]"#
        ),
        (
            "storage.luks", #"[{"name":"a","clevis":{"tang":[{"url":"http://a","thumbprint":"1"}],"tpm2":true}}]"#,
            #"[{"name":"a","clevis":{"tang":[{"url":"http://b"},{"url":"http://a","thumbprint":"2"}]}}]"#,
            #"[{"name":"a","clevis":{"tang":[{"url":"http://a","thumbprint":"2"},{"url":"http://b"}],"tpm2":true}}]"#
        ),
        // Configs and authorities go by their source.
        (
            "ignition.config.merge", #"[{"source":"data:,a","compression":""},{"source":"data:,b"}]"#,
            #"[{"source":"data:,c"},{"source":"data:,a","compression":"gzip"}]"#,
            #"[{"source":"data:,a","compression":"gzip"},{"source":"data:,b"},{"source":"data:,c"}]"#
        ),
        (
            "ignition.security.tls.certificateAuthorities", #"[{"source":"data:,a"}]"#, #"[{"source":"data:,a"}]"#,
            #"[{"source":"data:,a"}]"#
        ),
        // A header without a value is taken away.
        (
            "storage.files",
            #"[{"path":"/a","contents":{"source":"http://a","httpHeaders":[{"name":"X","value":"1"},{"name":"Y","value":"2"}]}}]"#,
            #"[{"path":"/a","contents":{"httpHeaders":[{"name":"X"},{"name":"Y","value":"3"}]}}]"#,
            #"[{"path":"/a","contents":{"source":"http://a","httpHeaders":[{"name":"Y","value":"3"}]}}]"#
        ),
        (
            "passwd", #"{"groups":[{"name":"g","gid":1}],"users":[{"name":"u","uid":1}]}"#,
            #"{"groups":[{"name":"g","gid":2},{"name":"h"}],"users":[{"name":"u","uid":null,"shell":"/bin/sh"}]}"#,
            #"{"groups":[{"name":"g","gid":2},{"name":"h"}],"users":[{"name":"u","uid":1,"shell":"/bin/sh"}]}"#
        ),
        // An argument is wanted or not: the child decides.
        (
            "kernelArguments", #"{"shouldExist":["a","b"],"shouldNotExist":["c","d"]}"#,
            #"{"shouldExist":["c","b"],"shouldNotExist":["a"]}"#,
            #"{"shouldExist":["b","c"],"shouldNotExist":["d","a"]}"#
        ),
        (
            "ignition.proxy", #"{"httpProxy":"http://a","noProxy":["a"]}"#,
            #"{"httpProxy":"http://b","noProxy":["a","b"]}"#,
            #"{"httpProxy":"http://b","noProxy":["a","b"]}"#
        ),
        (
            "ignition.timeouts", #"{"httpTotal":1,"httpResponseHeaders":2}"#, #"{"httpTotal":3}"#,
            #"{"httpTotal":3,"httpResponseHeaders":2}"#
        ),
        // What no spec knows: objects merge, of all else the child's counts.
        ("future", #"{"a":[1],"b":{"c":1}}"#, #"{"a":[2],"b":{"d":2}}"#, #"{"a":[2],"b":{"c":1,"d":2}}"#),
    ])
    func mergesAsIgnitionDoes(path: String, parent: String, child: String, expected: String) throws {
        func config(_ text: String) throws -> IgnitionConfig {
            var value = try JSONReader.read(Array(text.utf8), source: "").value
            for key in path.split(separator: ".").reversed() { value = .object([String(key): value]) }
            let head = SourceNode(IgnitionConfig(version: .newest).root)
            return IgnitionConfig(root: Merge.configs(head, SourceNode(value)).value)
        }
        #expect(try config(parent).merged(with: config(child)).root == config(expected).root)
    }

    @Test func keysThatTheOlderSpecIgnoresDoNotWakeUpInTheNewerOne() throws {
        let text = #"{"ignition":{"version":"3.2.0"},"kernelArguments":{"shouldExist":["a"]},"x":1}"#
        let old = try IgnitionConfig(parsing: Array(text.utf8), source: "old.ign")
        let merged = old.merged(with: IgnitionConfig())
        #expect(merged.root == ["ignition": ["version": "3.3.0"], "x": 1])
        #expect(
            merged.warnings.map(\.description) == [
                "old.ign:1:33: kernelArguments: a key of spec 3.3.0, which Ignition ignores in a config of 3.2.0",
                "old.ign:1:73: x: an unknown key, which Ignition ignores",
            ])
    }
}
