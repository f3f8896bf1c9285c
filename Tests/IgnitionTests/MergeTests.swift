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
}
