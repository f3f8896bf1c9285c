import Foundation
import Testing

@testable import VirtualMachine

@Suite struct SharedFolderTests {
    @Test func textNamesBothFolders() throws {
        let folder = try SharedFolder(parsing: "data/../x,/var/mnt/x", isReadOnly: true)
        #expect(folder.host.string == FileManager.default.currentDirectoryPath + "/x")
        #expect(folder.guest == "/var/mnt/x" && folder.isReadOnly)
        #expect(try !SharedFolder(parsing: "/a,/b", isReadOnly: false).isReadOnly)
    }

    @Test(
        arguments: [
            ("/a", "it must be HOST,GUEST, such as /srv/data,/var/data"),
            (",/a", "it must be HOST,GUEST, such as /srv/data,/var/data"),
            ("/a,/b,/c", "it must be HOST,GUEST, such as /srv/data,/var/data"),
            ("/a,b", "the guest's folder must be an absolute path without . and .., and not /"),
            ("/a,/", "the guest's folder must be an absolute path without . and .., and not /"),
            ("/a,/b/../c", "the guest's folder must be an absolute path without . and .., and not /"),
        ])
    func otherTextsAreRefused(text: String, reason: String) {
        let error = #expect(throws: MachineError.self) { try SharedFolder(parsing: text, isReadOnly: true) }
        #expect(error?.reason == "the shared folder \"\(text)\": \(reason)")
    }

    /// As systemd-escape --path says.
    @Test(
        arguments: [
            ("/", "-"), ("/var/mnt", "var-mnt"), ("//a//b/", "a-b"), ("/.a/.b", #"\x2ea-.b"#), ("/a-b", #"a\x2db"#),
            ("/a b%", #"a\x20b\x25"#), ("/\u{e4}:_1.x", #"\xc3\xa4:_1.x"#),
        ])
    func unitsAreNamedAsSystemdDoes(path: String, name: String) {
        #expect(UnitFile.escapedPath(path) == name)
    }
}
