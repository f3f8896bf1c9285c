import Testing

@testable import TestRunner

@Suite struct TestMetadataTests {
    private func header(_ text: String) throws -> TestMetadata? {
        try TestHeader.metadata(in: Array(text.utf8), source: "a/test.sh")
    }

    @Test func everyKeyIsRead() throws {
        let metadata = try #require(
            try header(
                """
                #!/bin/bash
                ## kola:
                ##   architectures: "!s390x ppc64le"
                ##   platforms: qemu aws
                ##   distros: fcos
                ##   tags: "needs-internet a"
                ##   requiredTag: reprovision
                ##   additionalDisks: ["5G:mpath", "1G"]
                ##   primaryDisk: "10G:4k"
                ##   injectContainer: true
                ##   minMemory: 4096
                ##   minDisk: 20
                ##   numaNodes: true
                ##   additionalNics: 2
                ##   appendKernelArgs: "a=b c"
                ##   appendFirstbootKernelArgs: d
                ##   exclusive: false
                ##   timeoutMin: 15
                ##   conflicts:
                ##     - ext.a.b
                ##   allowConfigWarnings: true
                ##   noInstanceCreds: true
                ##   instanceType: m5.large
                ##   description: What it does.
                ##   bindMountHostRO: ["/a,/b"]
                ##   creationDate: 2026-01-02
                ##   bootFrom: iso
                ##   requiredHostPorts: [8080]

                echo
                """))
        var expected = TestMetadata()
        expected.architectures = InclusionList("!s390x ppc64le")
        expected.platforms = InclusionList("qemu aws")
        expected.distros = InclusionList("fcos")
        expected.tags = ["needs-internet", "a"]
        expected.requiredTag = "reprovision"
        expected.additionalDisks = ["5G:mpath", "1G"]
        expected.primaryDisk = "10G:4k"
        expected.injectContainer = true
        expected.minMemory = 4096
        expected.minDisk = 20
        expected.numaNodes = true
        expected.additionalNics = 2
        expected.appendKernelArgs = "a=b c"
        expected.appendFirstbootKernelArgs = "d"
        expected.exclusive = false
        expected.timeoutMin = 15
        expected.conflicts = ["ext.a.b"]
        expected.allowConfigWarnings = true
        expected.noInstanceCreds = true
        expected.instanceType = "m5.large"
        expected.description = "What it does."
        expected.bindMountHostRO = ["/a,/b"]
        expected.creationDate = "2026-01-02"
        expected.bootFrom = "iso"
        expected.requiredHostPorts = [8080]
        #expect(metadata == expected)
    }

    @Test func jsonLineIsRead() throws {
        let metadata = try header("#!/bin/sh\n# kola: {\"tags\": \"ignition\", \"exclusive\": false}\necho\n")
        #expect(metadata?.tags == ["ignition"])
        #expect(metadata?.exclusive == false)
    }

    @Test func blockMayEndWithTheFile() throws {
        #expect(try header("## kola:\n##   tags: a")?.tags == ["a"])
    }

    @Test func blockEndsWithTheFirstOtherLine() throws {
        #expect(try header("## kola:  # what it needs\n##   tags: a\n##\n## And more: about it\n")?.tags == ["a"])
        #expect(try header("## kola:\r\n##   tags: a\r\n\r\n")?.tags == ["a"])
    }

    @Test func wordsMayBeAList() throws {
        let metadata = try header("# kola: {\"tags\": [\"a\", \"b c\"], \"architectures\": [\"x86_64\"]}\n")
        #expect(metadata?.tags == ["a", "b", "c"])
        #expect(metadata?.architectures == InclusionList("x86_64"))
    }

    @Test func plainScalarsAreWhatTheKeyTakes() throws {
        let metadata = try #require(
            try header(
                """
                ## kola:
                ##   tags: foo
                ##   requiredTag: yes
                ##   description: 5
                ##   timeoutMin: "20"
                ##   minMemory: 4e3
                ##   exclusive: no
                ##   platforms:
                ##   conflicts: ~
                """))
        #expect(metadata.tags == ["foo"])
        #expect(metadata.requiredTag == "yes")
        #expect(metadata.description == "5")
        #expect(metadata.timeoutMin == 20)
        #expect(metadata.minMemory == 4000)
        #expect(metadata.exclusive == false)
        #expect(metadata.platforms == nil)
        #expect(metadata.conflicts.isEmpty)
    }

    @Test func keyWithoutValueMustBeKnownToo() throws {
        let error = try #require(throws: TestRunnerError.self) { try header("## kola:\n##   exclusiv:\n") }
        #expect(error.description == "a/test.sh: unknown kola metadata key \"exclusiv\"")
    }

    @Test(arguments: [
        ("## kola:\n##   tags: a\n## kola:\n##   tags: b\n", "there are two blocks of kola metadata; make them one"),
        ("## kola:\n##   tags: a\n# kola: {}\n", "there are two blocks of kola metadata; make them one"),
        ("## kola: tags: a\n", "kola metadata begins on the line after \"## kola:\", not on it"),
        (
            "## kola:\n##   tags: a\n" + String(repeating: "##   # more\n", count: 1000),
            "kola metadata goes on after the first 8192 bytes; move it to the file's begin"
        ),
    ])
    func headerThatIsReadInPartOnlyIsAnError(text: String, reason: String) throws {
        let error = try #require(throws: TestRunnerError.self) { try header(text) }
        #expect(error.description == "a/test.sh: \(reason)")
    }

    @Test func sameKeyTwiceIsAnError() {
        #expect(throws: TestRunnerError.self) { try header("## kola:\n##   tags: a\n##   tags: b\n") }
    }

    @Test func fileWithoutHeaderHasNone() throws {
        #expect(try header("#!/bin/sh\n# kola is fine\n") == nil)
        #expect(try header(String(repeating: "#\n", count: 4096) + "## kola:\n##   tags: a\n") == nil)
    }

    @Test(arguments: [
        ("##   exclusiv: true", "a/test.sh: unknown kola metadata key \"exclusiv\""),
        ("##   timeoutMin: soon", "a/test.sh: kola metadata key \"timeoutMin\" must be a whole number"),
        ("##   tags: {a: b}", "a/test.sh: kola metadata key \"tags\" must be a text"),
        ("##   description: [a]", "a/test.sh: kola metadata key \"description\" must be a text"),
        ("##   creationDate: 2026-02-30", "a/test.sh: kola metadata key \"creationDate\" must be a date, YYYY-MM-DD"),
        ("##   minMemory: -1", "a/test.sh: kola metadata key \"minMemory\" must be a whole number"),
        ("##   ? [a]", "a/test.sh: kola metadata has a key that is no text"),
        ("##   - a", "a/test.sh: kola metadata is not a list of keys and values"),
        ("##   exclusive: maybe", "a/test.sh: kola metadata key \"exclusive\" must be true or false"),
        ("##   bootFrom: net", "a/test.sh: kola metadata key \"bootFrom\" must be one of iso, iso-as-disk"),
        ("##   creationDate: soon", "a/test.sh: kola metadata key \"creationDate\" must be a date, YYYY-MM-DD"),
        (
            "##   bindMountHostRO: [/a]",
            "a/test.sh: kola metadata key \"bindMountHostRO\": the shared folder \"/a\": "
                + "it must be HOST,GUEST, such as /srv/data,/var/data"
        ),
        (
            "##   requiredHostPorts: [80, 70000]",
            "a/test.sh: kola metadata key \"requiredHostPorts\" must be a list of different TCP ports, from 1 to 65535"
        ),
        ("##   conflicts: a", "a/test.sh: kola metadata key \"conflicts\" must be a list of texts"),
    ])
    func wrongMetadataNamesFileAndKey(line: String, message: String) throws {
        let error = try #require(throws: TestRunnerError.self) { try header("## kola:\n\(line)\n") }
        #expect(error.description == message)
    }

    @Test func exclusionListMeansAllOthers() {
        #expect(InclusionList("a b").contains("b"))
        #expect(!InclusionList("a b").contains("c"))
        #expect(InclusionList("!a b").contains("c"))
        #expect(!InclusionList("! a b").contains("a"))
        #expect(InclusionList("").contains("a"))
    }
}
