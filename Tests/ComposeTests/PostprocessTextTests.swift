import Testing
import Treefile

@testable import Compose

@Suite("Texts that postprocessing writes")
struct PostprocessTextTests {
    @Test("os-release gets the version in place of the base version, once")
    func osRelease() {
        let text = "NAME=demo\nVERSION=\"33 (Demo)\"\nVERSION_ID=33\nPRETTY_NAME=\"Demo 33\"\n"
        let expected =
            "NAME=demo\nVERSION=\"33.4 (Demo)\"\nVERSION_ID=33\nPRETTY_NAME=\"Demo 33.4\"\nOSTREE_VERSION='33.4'\n"
        #expect(OSRelease.mutate(text, base: "33", version: "33.4") == expected)
        #expect(OSRelease.mutate(expected, base: "none", version: "33.4") == expected)
    }

    @Test("tmpfiles lines are quoted where a path needs it, and percent signs are no specifiers")
    func tmpfiles() {
        let line = TmpfilesLine(
            type: "d", path: "/var/foo bar", permissions: 0o721, user: "testuser", group: "testgroup")
        #expect(line.text == "d '/var/foo bar' 0721 testuser testgroup - -")
        let link = TmpfilesLine(type: "L", path: "/var/a%b", argument: "../c")
        #expect(link.text == "L '/var/a%%b' - - - - ../c")
        let text = "# comment\nd /run/x 0755\nL+ \"/var/y\" - - - - z\nd /var/lib/ -\n"
        #expect(TmpfilesLine.paths(in: text) == ["/run/x", "/var/y", "/var/lib"])
    }

    @Test("Accounts are split between /etc and /usr/lib, and dates of changes are blanked")
    func accounts() {
        let (etc, lib) = AccountFiles.split("root:x:0:\nwheel:x:10:\nweb:x:102:\n", kept: ["wheel"])
        #expect(etc == "root:x:0:\nwheel:x:10:\n")
        #expect(lib == "wheel:x:10:\nweb:x:102:\n")
        #expect(
            AccountFiles.withoutDates(shadow: "root:!:19000::::::\nweb:!*:::::::\n") == "root:!:::::::\nweb:!*:::::::\n"
        )
        #expect(
            AccountFiles.withAltfiles(nsswitch: "passwd: files systemd\nhosts: files dns\n")
                == "passwd: files altfiles systemd\nhosts: files dns\n")
        #expect(AccountFiles.withVariableHome(useradd: "GROUP=100\nHOME=/home\n") == "GROUP=100\nHOME=/var/home\n")
    }

    @Test("JSON metadata has the types that json-glib gives it")
    func metadata() {
        let value = CommitMetadata.variant(
            .object(["a": .array([.integer(1), .string("x")]), "b": .boolean(true), "c": .number(0.5)]))
        #expect(value.description == "{'a': <[<int64 1>, <'x'>]>, 'b': <true>, 'c': <0.5>}")
    }
}
