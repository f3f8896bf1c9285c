import Foundation
import SystemPackage
import TestSupport
import Testing

@testable import Ignition

@Suite struct ButaneLocalFilesTests {
    private let directory: TemporaryDirectory

    init() throws {
        directory = try TemporaryDirectory()
        try directory.write("text\n", to: "a.txt")
        try directory.write("[Unit]\n", to: "units/a.service")
        try directory.write("key1\r\n\nkey2\n", to: "keys")
        try directory.write("#!/bin/sh\n", to: "tree/bin/run", mode: 0o755)
        try directory.write("b", to: "tree/b")
        try FileManager.default.createSymbolicLink(
            atPath: directory.appending("tree/link").string, withDestinationPath: "../b")
    }

    private func translate(_ body: String, version: String = "1.6.0") throws -> IgnitionConfig {
        let text = "variant: fcos\nversion: \(version)\n\(body)"
        return try IgnitionConfig(butane: Array(text.utf8), source: "c.bu", filesDirectory: directory.path)
    }

    @Test func localContentsAreInTheConfig() throws {
        let config = try translate(
            """
            storage:
              files:
                - {path: /a, contents: {local: a.txt}}
                - {path: /b, contents: {local: /a.txt}, append: [{local: units/../tree/b}]}
            systemd:
              units:
                - {name: a.service, contents_local: units/a.service,
                   dropins: [{name: a.conf, contents_local: units/a.service}]}
            passwd:
              users:
                - {name: core, ssh_authorized_keys: [key0], ssh_authorized_keys_local: [keys]}
            """)
        let text: ConfigValue = ["source": "data:,text%0A", "compression": ""]
        #expect(
            config.root["storage"]?["files"] == [
                ["path": "/a", "contents": text],
                ["path": "/b", "contents": text, "append": [["source": "data:,b", "compression": ""]]],
            ])
        #expect(
            config.root["systemd"]?["units"] == [
                [
                    "name": "a.service", "contents": "[Unit]\n",
                    "dropins": [["name": "a.conf", "contents": "[Unit]\n"]],
                ]
            ])
        #expect(config.root["passwd"]?["users"] == [["name": "core", "sshAuthorizedKeys": ["key0", "key1", "key2"]]])
    }

    @Test func treeBecomesFilesAndLinks() throws {
        let config = try translate(
            """
            storage:
              files:
                - {path: /opt/b, mode: 0600, user: {name: core}}
              trees:
                - {local: tree, path: /opt}
                - {local: units}
            """)
        #expect(
            config.root["storage"] == [
                "files": [
                    [
                        "path": "/opt/b", "mode": 0o600, "user": ["name": "core"],
                        "contents": ["source": "data:,b", "compression": ""],
                    ],
                    [
                        "path": "/opt/bin/run", "mode": 0o755,
                        "contents": ["source": "data:,%23%21%2Fbin%2Fsh%0A", "compression": ""],
                    ],
                    [
                        "path": "/a.service", "mode": 0o644,
                        "contents": ["source": "data:,%5BUnit%5D%0A", "compression": ""],
                    ],
                ],
                "links": [["path": "/opt/link", "target": "../b"]],
            ])
    }

    @Test(arguments: [
        (
            "files: [{path: /a, contents: {local: none}}]",
            "contents.local: cannot read DIR/none: No such file or directory"
        ),
        (
            "files: [{path: /a, contents: {local: ../x}}]",
            #"contents.local: the text "../x" leads out of DIR, the folder of the local files"#
        ),
        ("files: [{path: /a, contents: {local: tree}}]", "contents.local: cannot read DIR/tree: Is a directory"),
        ("trees: [{local: none}]", "trees.0.local: cannot read DIR/none: No such file or directory"),
        ("trees: [{local: a.txt}]", "trees.0.local: DIR/a.txt is not a folder"),
        (
            "{trees: [{local: tree}], files: [{path: /b, contents: {inline: x}}]}",
            "trees.0.local: DIR/tree/b is to become /b, which has contents in storage.files"
        ),
        ("{trees: [{local: tree}], directories: [{path: /b}]}", "trees.0.local: /b is in storage.directories too"),
        (
            "{trees: [{local: tree}], links: [{path: /link, target: /x}]}",
            "trees.0.local: DIR/tree/link is to become /link, which has a target in storage.links"
        ),
    ])
    func localFileThatCannotBeUsedIsNamed(storage: String, message: String) throws {
        let body = storage.hasPrefix("{") ? "storage: \(storage)\n" : "storage: {\(storage)}\n"
        let error = try #require(throws: IgnitionError.self) { try translate(body) }
        #expect(error.line == 3)
        #expect(error.description.hasSuffix(message.replacing("DIR", with: directory.path.string)))
    }

    @Test func textThatIsNoTextIsRefused() throws {
        try Data([0xFF]).write(to: URL(fileURLWithPath: directory.appending("bytes").string))
        let error = try #require(throws: IgnitionError.self) {
            try translate("systemd: {units: [{name: a.service, contents_local: bytes}]}\n")
        }
        #expect(error.reason == "\(directory.appending("bytes")) is not UTF-8 text")
        let config = try translate("storage: {files: [{path: /a, contents: {local: bytes}}]}\n")
        #expect(config.root["storage"]?["files"]?.array?[0]["contents"]?["source"] == "data:,%FF")
    }

    @Test func folderThatIsRelativeWorks() throws {
        let text = "variant: fcos\nversion: 1.1.0\nstorage: {files: [{path: /a, contents: {local: ../a}}]}\n"
        let error = try #require(throws: IgnitionError.self) {
            try IgnitionConfig(butane: Array(text.utf8), source: "c.bu", filesDirectory: "tests/./kola")
        }
        #expect(error.reason == #"the text "../a" leads out of tests/kola, the folder of the local files"#)
    }
}
