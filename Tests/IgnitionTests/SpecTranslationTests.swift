import Testing

@testable import Ignition

@Suite struct SpecTranslationTests {
    private func config(_ version: String, _ members: String) -> [UInt8] {
        Array("{\"ignition\":{\"version\":\"\(version)\"}\(members.isEmpty ? "" : ",")\n\(members)}".utf8)
    }

    /// Every field and value that came after 3.0, the version that brought it and a config that has it.
    private static let news: [(since: Int, key: String, members: String)] = [
        (
            1, "storage.filesystems.0.mountOptions",
            #""storage":{"filesystems":[{"device":"/a","format":"xfs","mountOptions":["ro"]}]}"#
        ),
        (
            1, "storage.files.0.contents.httpHeaders",
            #""storage":{"files":[{"path":"/a","contents":{"source":"http://a","httpHeaders":[{"name":"a"}]}}]}"#
        ),
        (2, "storage.luks", #""storage":{"luks":[{"name":"a","device":"/b"}]}"#),
        (
            2, "storage.disks.0.partitions.0.resize",
            #""storage":{"disks":[{"device":"/a","partitions":[{"number":1,"resize":true}]}]}"#
        ),
        (2, "passwd.users.0.shouldExist", #""passwd":{"users":[{"name":"a","shouldExist":false}]}"#),
        (2, "passwd.groups.0.shouldExist", #""passwd":{"groups":[{"name":"a","shouldExist":false}]}"#),
        (3, "kernelArguments", #""kernelArguments":{"shouldExist":["a"]}"#),
        (4, "storage.luks.0.discard", #""storage":{"luks":[{"name":"a","device":"/b","discard":false}]}"#),
        (4, "storage.luks.0.openOptions", #""storage":{"luks":[{"name":"a","device":"/b","openOptions":["x"]}]}"#),
        (
            4, "storage.luks.0.clevis.tang.0.advertisement",
            #""storage":{"luks":[{"name":"a","device":"/b","clevis":{"tang":[{"url":"http://a","thumbprint":"t","advertisement":"{}"}]}}]}"#
        ),
        (5, "storage.luks.0.cex", #""storage":{"luks":[{"name":"a","device":"/b","cex":{"enabled":true}}]}"#),
        (3, "storage.filesystems.0.format", #""storage":{"filesystems":[{"device":"/a","format":"none"}]}"#),
        (2, "storage.files.0.contents.source", #""storage":{"files":[{"path":"/a","contents":{"source":"gs://a"}}]}"#),
        (
            4, "storage.files.0.contents.source",
            #""storage":{"files":[{"path":"/a","contents":{"source":"arn:aws:s3:::a/b"}}]}"#
        ),
        (
            4, "storage.files.0.contents.source",
            #""storage":{"files":[{"path":"/a","contents":{"source":"s3://a/b?versionId=1"}}]}"#
        ),
    ]

    @Test(arguments: news.map(\.key).indices)
    func fieldTakesTheConfigToItsSpecAndNoFurther(index: Int) throws {
        let (since, key, members) = Self.news[index]
        let bytes = config("3.5.0", members)
        let target = SpecVersion(3, since)
        let fitting = try IgnitionConfig(parsing: bytes, source: "c.ign", newest: target)
        #expect(fitting.version == target)
        #expect(fitting.root["storage"] == (try JSONReader.read(bytes, source: "").value["storage"]))
        let older = SpecVersion(3, since - 1)
        let error = try #require(throws: IgnitionError.self) {
            try IgnitionConfig(parsing: bytes, source: "c.ign", newest: older)
        }
        #expect(error.line == 2)
        // A newer object may hide the field itself: spec 3.1 has no LUKS devices at all.
        #expect(error.key == key)
        #expect(error.reason.hasSuffix("is of spec \(target), but the guest takes at most \(older); leave it out"))
    }

    @Test func refusalNamesTheKeyTheSpecAndThePlace() throws {
        let bytes = config("3.4.0", #""storage":{"luks":[{"name":"a","device":"/b","discard":true}]}"#)
        let error = try #require(throws: IgnitionError.self) { try IgnitionConfig(parsing: bytes, source: "c.ign") }
        #expect(
            error.description
                == "c.ign:2:46: storage.luks.0.discard: the key is of spec 3.4.0, but the guest takes at most 3.3.0; "
                + "leave it out")
    }

    @Test func newerConfigWithoutNewKeysIsLowered() throws {
        let members = #""storage":{"luks":[{"name":"a","device":"/b","discard":null,"openOptions":[],"cex":{}}]}"#
        let lowered = try IgnitionConfig(parsing: config("3.5.0", members), source: "c.ign")
        #expect(
            String(decoding: try lowered.encoded(), as: UTF8.self)
                == #"{"ignition":{"version":"3.3.0"},"storage":{"luks":[{"device":"/b","name":"a"}]}}"#)
    }

    @Test func configInMemoryIsLoweredOrNamesTheKey() throws {
        var config = IgnitionConfig(version: .newest)
        config.addUnit("a.service", contents: "x")
        #expect(try config.translated(to: SpecVersion(3, 0), source: "mine").version == SpecVersion(3, 0))
        config.root["kernelArguments"] = ["shouldExist": ["a"]]
        let error = try #require(throws: IgnitionError.self) {
            try config.translated(to: SpecVersion(3, 2), source: "mine")
        }
        #expect(
            error.description
                == "mine: kernelArguments: the key is of spec 3.3.0, but the guest takes at most 3.2.0; leave it out")
    }

    @Test func olderConfigIsRaisedWithoutWhatItsSpecIgnores() throws {
        let bytes = config(
            "3.2.0", #""kernelArguments":{"shouldExist":["a"]},"systemd":{"units":[{"name":"a.service"}]}"#)
        let raised = try IgnitionConfig(parsing: bytes, source: "c.ign").translated(to: .newest, source: "c.ign")
        #expect(raised.root == ["ignition": ["version": "3.5.0"], "systemd": ["units": [["name": "a.service"]]]])
    }

    @Test func olderConfigStaysAsItIsWhereTheGuestTakesIt() throws {
        #expect(try IgnitionConfig(parsing: config("3.1.0", ""), source: "c.ign").version == SpecVersion(3, 1))
    }
}
