import Foundation
import Testing

@testable import Ignition

@Suite struct IgnitionConfigTests {
    private func parse(_ text: String) throws -> IgnitionConfig {
        try IgnitionConfig(parsing: Array(text.utf8), source: "config.ign")
    }

    @Test func unknownKeysAreKept() throws {
        let config = try parse(#"{"ignition":{"version":"3.1.0","future":[1,null,true]},"new":{"a":"b"}}"#)
        let text = String(decoding: try config.encoded(), as: UTF8.self)
        #expect(text == #"{"ignition":{"future":[1,null,true],"version":"3.1.0"},"new":{"a":"b"}}"#)
    }

    @Test func theNewestVersionThatTheGuestTakesIsRead() throws {
        #expect(try parse(#"{"ignition":{"version":"3.3.0"}}"#).version == SpecVersion.guestDefault)
    }

    @Test(arguments: [
        (#"{"ignition":{}}"#, #"config.ign:1:13: ignition.version: missing; write "3.3.0""#),
        ("{}", #"config.ign:1:1: ignition.version: missing; write "3.3.0""#),
        (
            #"{"ignition":{"version":3}}"#,
            "config.ign:1:24: ignition.version: a text is expected, not the number 3"
        ),
        (
            #"{"ignition":{"version":"2.3.0"}}"#,
            #"config.ign:1:24: ignition.version: "2.3.0" is not a stable version of the spec that is read; "#
                + "those are 3.0.0 to 3.5.0"
        ),
        (
            #"{"ignition":{"version":"3.4.0-experimental"}}"#,
            #"config.ign:1:24: ignition.version: "3.4.0-experimental" is not a stable version of the spec that is "#
                + "read; those are 3.0.0 to 3.5.0"
        ),
        ("[]", "config.ign: not a JSON object"),
    ])
    func configWithoutAVersionThatIsReadIsRefused(text: String, message: String) throws {
        let error = try #require(throws: IgnitionError.self) { try parse(text) }
        #expect(error.description == message)
    }

    @Test func builtConfigIsWhatIgnitionReads() throws {
        var config = IgnitionConfig()
        config.addFile("/etc/a", text: "hi\n", mode: 0o600)
        config.addUnit("a.service", contents: "[Unit]\n")
        config.addUser("core", sshKeys: ["ssh-ed25519 A"], groups: ["adm"])
        config.addDropin("10.conf", to: "b.service", contents: "[Service]\n")
        let text = String(decoding: try config.encoded(), as: UTF8.self)
        #expect(
            text
                == #"{"ignition":{"version":"3.3.0"},"passwd":{"users":[{"groups":["adm"],"name":"core","sshAuthorizedKeys":["#
                + #""ssh-ed25519 A"]}]},"storage":{"files":[{"contents":{"source":"data:;base64,aGkK"},"mode":384,"#
                + #""overwrite":true,"path":"/etc/a"}]},"systemd":{"units":[{"contents":"[Unit]\n","enabled":true,"#
                + #""name":"a.service"},{"dropins":[{"contents":"[Service]\n","name":"10.conf"}],"name":"b.service"}]}}"#
        )
        #expect(config.filePaths == ["/etc/a"])
        #expect(config.unitNames == ["a.service", "b.service"])
    }
}
