import Foundation
import SystemPackage
import TestSupport
import Testing
import Treefile

@Suite("image.yaml, platforms.yaml and lockfiles")
struct OtherFilesTests {
    private func message(_ body: () throws -> Void) -> String {
        do {
            try body()
            return "no error"
        } catch {
            return "\(error)"
        }
    }

    @Test("image.yaml: the including file wins, its kernel arguments come first, unknown keys are kept")
    func imageIncludes() throws {
        let directory = try TemporaryDirectory()
        let path = try directory.write(
            "include: base.yaml\nsize: 12\nextra-kargs: [a]\nplatform-compressor: {aws: zstd}\nhouse-rule: 1\n",
            to: "image.yaml")
        try directory.write(
            "size: 10\nextra-kargs: [b]\nrootfs: ext4\ncompressor: xz\nplatform-compressor: {aws: xz, gcp: gzip}\n",
            to: "base.yaml")
        let image = try ImageConfig.load(path)
        #expect(image.size == .gibibytes(12))
        #expect(image.extraKernelArguments == ["a", "b"])
        #expect(image.rootFileSystem == "ext4")
        #expect(image.compressor(for: "aws") == "zstd")
        #expect(image.compressor(for: "gcp") == "gzip")
        #expect(image.compressor(for: "qemu") == "xz")
        #expect(image.json["house-rule"] == .integer(1))
        #expect(image.json["include"] == nil)
        #expect(image.files.count == 2)
    }

    @Test("image.yaml: how VMware and Amazon run the image")
    func imagePlatforms() throws {
        let directory = try TemporaryDirectory()
        let bare = try ImageConfig.load(try directory.write("size: 4\n", to: "bare.yaml"))
        #expect(bare.vmwareSecureBoot == nil)
        #expect(bare.aws.x86BootMode == .uefiPreferred)
        #expect(bare.aws.volumeType == "gp3" && !bare.aws.isIMDSv2Only)
        let full = try ImageConfig.load(
            try directory.write(
                "vmware-secure-boot: true\naws-x86-boot-mode: legacy-bios\naws-imdsv2-only: true\n"
                    + "aws-volume-type: io2\n", to: "full.yaml"))
        #expect(full.vmwareSecureBoot == true)
        #expect(full.aws.x86BootMode == .legacyBIOS)
        #expect(full.aws.volumeType == "io2" && full.aws.isIMDSv2Only)
        let wrong = try directory.write("aws-x86-boot-mode: bios\n", to: "wrong.yaml")
        #expect(
            message { _ = try ImageConfig.load(wrong) }
                == "\(wrong):1:20: key 'aws-x86-boot-mode': unknown value 'bios'; use one of uefi-preferred, uefi, "
                + "legacy-bios")
        let slip = try directory.write("aws-imdsv2only: true\n", to: "slip.yaml")
        #expect(
            message { _ = try ImageConfig.load(slip) }
                == "\(slip):1:1: unknown key 'aws-imdsv2only'; did you mean 'aws-imdsv2-only'?")
    }

    @Test("image.yaml: partitions, of which the including file's win one by one")
    func imagePartitions() throws {
        let directory = try TemporaryDirectory()
        let path = try directory.write(
            "include: base.yaml\npartitions:\n  boot: {size: 1024}\n  data: {size: 5}\n", to: "image.yaml")
        try directory.write(
            "partitions:\n  boot: {size: 512}\n  reserved: {size: 2}\n"
                + "  var: {size: 64, filesystem: ext4, type: 4d21b016-b534-45c2-a9fb-5c16e091fd2d}\n", to: "base.yaml")
        let partitions = try ImageConfig.load(path).partitions
        #expect(partitions.mapValues(\.size) == ["boot": 1024, "data": 5, "reserved": 2, "var": 64])
        #expect(partitions["var"]?.filesystem == .ext4)
        #expect(partitions["var"]?.type == "4D21B016-B534-45C2-A9FB-5C16E091FD2D")
        #expect(partitions["data"]?.filesystem == PartitionConfig.Filesystem.none)
        #expect(partitions["data"]?.type == "0FC63DAF-8483-4772-8E79-3D69D8477DE4")
    }

    @Test(
        "image.yaml: mistakes in partitions are errors with their place",
        arguments: [
            (
                "partitions:\n  root: {size: 100}",
                "2:3: partitions: 'root' takes what is left of the disk; use the key 'size' for the disk's size"
            ),
            ("partitions: {var: {}}", "1:19: key 'size' is missing in 'partitions.var': the partition's size in MiB"),
            (
                "partitions: {var: {size: 0}}",
                "1:26: key 'size': expected a whole number of MiB above 0, found the number 0"
            ),
            (
                "partitions: {var: {size: 1G}}",
                "1:26: key 'size': expected a whole number of MiB above 0, found the text '1G'"
            ),
            ("partitions: {var: 5}", "1:19: 'partitions.var' must be a map of keys, but is the number 5"),
            (
                "partitions:\n  boot: {size: 1, filesystem: ext4}",
                "2:19: partitions: only the size of 'boot' can be changed; remove 'filesystem'"
            ),
            (
                "partitions: {var: {size: 1, sise: 2}}",
                "1:29: unknown key 'sise' in 'partitions.var'; did you mean 'size'?"
            ),
            (
                "partitions: {var: {size: 1, type: linux}}",
                "1:35: key 'type': 'linux' is not a GUID such as 0FC63DAF-8483-4772-8E79-3D69D8477DE4"
            ),
            (
                "partitions: {var: {size: 20, filesystem: xfs}}",
                "1:42: key 'filesystem': unknown value 'xfs'; use one of none, ext4"
            ),
            (
                "partitions: {var: {size: 15, filesystem: ext4}}",
                "1:14: partitions: 'var' is too small for an ext4 filesystem, which needs 16 MiB"
            ),
            (
                "partitions: {much-longer-than-16: {size: 20, filesystem: ext4}}",
                "1:14: partitions: 'much-longer-than-16' is too long for the label of an ext4 filesystem, which has 16 "
                    + "bytes at most"
            ),
            (
                "partitions: {\(String(repeating: "n", count: 37)): {size: 20}}",
                "1:14: partitions: the name '\(String(repeating: "n", count: 37))' must have 1 to 36 characters"
            ),
            (
                "partitions: {\((0...100).map { "p\($0): {size: 1}" }.joined(separator: ", "))}",
                "1:1: key 'partitions': 101 are too many; 100 at most"
            ),
            ("partition: {}", "1:1: unknown key 'partition'; did you mean 'partitions'?"),
        ])
    func imagePartitionMistakes(text: String, expected: String) throws {
        let directory = try TemporaryDirectory()
        let path = try directory.write(text + "\n", to: "image.yaml")
        #expect(message { _ = try ImageConfig.load(path) } == "\(path):\(expected)")
    }

    @Test("image.yaml: what the container image is like")
    func imageContainer() throws {
        let directory = try TemporaryDirectory()
        let path = try directory.write(
            """
            container:
              format: 2
              max-layers: 100
              compressor: zstd
              compression-level: 7
              labels: {a: b}
              copymeta: [k]
              copymeta-opt: [o]
              cmd: [/sbin/init]
              config: {StopSignal: SIGRTMIN+3, Env: [A=b], Volumes: {/var: {}}}

            """, to: "image.yaml")
        let image = try ImageConfig.load(path)
        var expected = ContainerConfig()
        expected.format = "2"
        expected.maxLayers = 100
        expected.compressor = "zstd"
        expected.compressionLevel = 7
        expected.labels = ["a": "b"]
        expected.copiedMetadata = ["k"]
        expected.optionalCopiedMetadata = ["o"]
        expected.command = ["/sbin/init"]
        expected.configuration = [
            "StopSignal": .string("SIGRTMIN+3"), "Env": .array([.string("A=b")]),
            "Volumes": .object(["/var": .object([:])]),
        ]
        #expect(image.container == expected)
        // What the image is like is an input of the build.
        #expect(try image.json.compactJSON.contains(#""compression-level":7"#))
    }

    @Test(
        "image.yaml: mistakes in container are errors with their place",
        arguments: [
            ("container: {formt: 1}", "1:13: unknown key 'formt' in 'container'; did you mean 'format'?"),
            ("container: {format: 3}", "1:21: key 'format': unknown value '3'; use one of 1, 2, plain"),
            ("container:\n  compressor: xz", "2:15: key 'compressor': unknown value 'xz'; use one of gzip, zstd"),
            ("container: [a]", "1:12: 'container' must be a map of keys, but is a list"),
            (
                "container: {labels: {a: 1}}",
                "1:25: key 'labels.a': expected a text, found the number 1; put it in quotes"
            ),
            ("container: {max-layers: many}", "1:25: key 'max-layers': expected a whole number, found the text 'many'"),
            (
                "container:\n  config: {Entry: [a]}",
                "2:12: unknown key 'Entry' in 'config'; use one of Cmd, Entrypoint, Env, ExposedPorts, StopSignal, User, "
                    + "Volumes, WorkingDir"
            ),
            ("container: {config: {Env: A=b}}", "1:27: key 'config.Env': expected a list, found the text 'A=b'"),
        ])
    func imageContainerMistakes(text: String, expected: String) throws {
        let directory = try TemporaryDirectory()
        let path = try directory.write(text + "\n", to: "image.yaml")
        #expect(message { _ = try ImageConfig.load(path) } == "\(path):\(expected)")
    }

    @Test("image.yaml: a slip in a key and a wrong value are errors with their place")
    func imageMistakes() throws {
        let directory = try TemporaryDirectory()
        let slip = try directory.write("size: 10\nextra-karg: [a]\n", to: "a.yaml")
        #expect(
            message { _ = try ImageConfig.load(slip) }
                == "\(slip):2:1: unknown key 'extra-karg'; did you mean 'extra-kargs'?")
        let wrong = try directory.write("size: big\n", to: "b.yaml")
        #expect(
            message { _ = try ImageConfig.load(wrong) }
                == "\(wrong):1:7: key 'size': expected a whole number of GiB above 0, or auto, found the text 'big'")
        let loop = try directory.write("include: c.yaml\n", to: "c.yaml")
        #expect(message { _ = try ImageConfig.load(loop) }.contains("Include loop"))
    }

    @Test("platforms.yaml is read by architecture and platform")
    func platforms() throws {
        let directory = try TemporaryDirectory()
        let path = try directory.write(
            "x86_64:\n  qemu:\n    grub_commands: [serial]\n    kernel_arguments: [console=ttyS0]\n  aws:\n"
                + "    kernel_arguments: []\naarch64: {}\n", to: "platforms.yaml")
        let table = try PlatformsTable.load(path)
        #expect(table.settings(basearch: "x86_64", platform: "qemu").kernelArguments == ["console=ttyS0"])
        #expect(table.settings(basearch: "s390x", platform: "qemu") == PlatformsTable.Settings())
        #expect(
            try table.json(basearch: "x86_64").compactJSON
                == #"{"aws":{},"qemu":{"grub_commands":["serial"],"kernel_arguments":["console=ttyS0"]}}"#)
        let slip = try directory.write("x86_64:\n  qemu:\n    kernel_argument: [a]\n", to: "slip.yaml")
        #expect(
            message { _ = try PlatformsTable.load(slip) }
                == "\(slip):3:5: unknown key 'kernel_argument' in 'x86_64.qemu'; did you mean 'kernel_arguments'?")
    }

    @Test("Later lockfiles override earlier ones, package by package")
    func lockfiles() throws {
        let directory = try TemporaryDirectory()
        let base = try directory.write(
            #"{"packages": {"foo": {"evra": "1.0-1.fc.x86_64", "digest": "sha256:00"}, "bar": {"evra": "2:1-1.noarch"}}}"#,
            to: "manifest-lock.x86_64.json")
        let overrides = try directory.write(
            "packages:\n  foo:\n    evr: 1.1-1\n    metadata: {type: pin, reason: because}\n",
            to: "manifest-lock.overrides.yaml")
        let lock = try Lockfile.load([base, overrides])
        #expect(lock.packages["foo"]?.evra == "1.1-1")
        #expect(lock.packages["foo"]?.arch == nil)
        #expect(lock.packages["bar"]?.evr == "2:1-1")
        #expect(lock.packages["bar"]?.arch == "noarch")
        #expect(lock.withoutArchitectures.packages["bar"]?.evra == "2:1-1")
        let again = try directory.write(try lock.json.prettyJSON, to: "again.json")
        #expect(try Lockfile.load(again) == lock)
    }

    @Test("Lockfiles refuse what they do not know")
    func lockfileMistakes() throws {
        let directory = try TemporaryDirectory()
        let empty = try directory.write("{}", to: "a.json")
        #expect(message { _ = try Lockfile.load(empty) } == "\(empty): Key 'packages' not found in \(empty)")
        let both = try directory.write("packages:\n  foo: {evr: 1-1, evra: 1-1.x}\n", to: "b.yaml")
        #expect(message { _ = try Lockfile.load(both) } == "\(both):2:3: package 'foo': give either 'evra' or 'evr'")
        let unknown = try directory.write("packages:\n  foo: {evr: 1-1, sha: x}\n", to: "c.yaml")
        #expect(message { _ = try Lockfile.load(unknown) }.contains("unknown key 'sha' in 'foo'"))
    }
}

@Suite("Treefiles from the field")
struct FieldTests {
    static let folder = ProcessInfo.processInfo.environment["COSA_SHARED_DATA"].map {
        FilePath($0).appending("treefiles")
    }

    @Test(
        "Real treefiles flatten", .enabled(if: folder != nil, "COSA_SHARED_DATA names no folder with treefiles"),
        arguments: [
            ("fedora-coreos-config@testing-devel", "manifest.yaml", 100),
            ("centos-bootc@53adffa", "centos-stream-9-tier1.yaml", 30),
            ("centos-bootc@53adffa", "centos-stream-10-tier1.yaml", 30),
            ("centos-bootc@53adffa", "fedora-bootc.yaml", 30),
            ("centos-bootc@53adffa", "fedora-tier-0-40.yaml", 10),
            ("workstation-ostree-config@f36", "fedora-silverblue.yaml", 200),
            ("workstation-ostree-config@f36", "fedora-kinoite.yaml", 200),
            ("workstation-ostree-config@f36", "fedora-lxqt.yaml", 200),
        ])
    func flatten(tree: String, file: String, atLeast count: Int) throws {
        let folder = try #require(Self.folder)
        for basearch in ["x86_64", "aarch64"] {
            let flattened = try FlattenedManifest.load(folder.appending(tree).appending(file), basearch: basearch)
            #expect(flattened.manifest.packages.count >= count)
            #expect(!flattened.manifest.repos.isEmpty)
            #expect(try flattened.checksum().count == 64)
        }
    }

    @Test(
        "Real image.yaml, platforms.yaml and lockfiles are read",
        .enabled(if: folder != nil, "COSA_SHARED_DATA names no folder with treefiles"))
    func otherFiles() throws {
        let folder = try #require(Self.folder).appending("fedora-coreos-config@testing-devel")
        let image = try ImageConfig.load(folder.appending("image.yaml"))
        #expect(image.size == .gibibytes(10))
        #expect(image.extraKernelArguments == ["mitigations=auto,nosmt"])
        #expect(image.ignitionNetworkArguments == [])
        let platforms = try PlatformsTable.load(folder.appending("platforms.yaml"))
        #expect(!platforms.settings(basearch: "x86_64", platform: "qemu").grubCommands.isEmpty)
        let lock = try Lockfile.load([
            folder.appending("manifest-lock.x86_64.json"), folder.appending("manifest-lock.overrides.yaml"),
        ])
        #expect(lock.packages.count > 400)
    }
}
