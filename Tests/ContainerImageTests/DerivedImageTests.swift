import Foundation
import HostSystem
import LibArchive
import OSTree
import SystemPackage
import TestSupport
import Testing

@testable import ContainerImage

@Suite struct DerivedImageTests {
    typealias Fixture = ImageFixture

    /// A base image, and an empty repository.
    struct Base {
        let fixture: CommitFixture
        let commit: String
        let image: FilePath
        let target: Repository
        var directory: TemporaryDirectory { fixture.directory }

        init(adding files: [(ArchiveEntry, [UInt8])] = []) async throws {
            var fixture = try CommitFixture()
            fixture.files += files
            self.fixture = fixture
            commit = try await fixture.commit()
            image = try await Encapsulator().encapsulate(fixture.request(commit)).path
            target = try Repository.create(fixture.directory.appending("target"), mode: .bareUser)
        }

        func derived(_ members: [Fixture.Member], _ compression: Fixture.Compression = .gzip) async throws -> Fixture {
            var image = try Fixture(on: image, in: directory)
            try await image.add(members, compression)
            return image
        }

        func importing(
            _ image: Fixture, options: ImportOptions = ImportOptions()
        ) async throws -> ImportedCommit {
            let archive = try image.write()
            return try await ContainerImporter().importImage(
                .ociArchive(archive), into: target, ref: "os/derived", options: options)
        }

        func content(_ path: String, _ commit: String) throws -> String? {
            try target.readFile(path, of: commit).map { String(decoding: $0, as: UTF8.self) }
        }
    }

    @Test(arguments: [Fixture.Compression.none, .gzip, .zstd, .zstdChunked])
    func aLayerIsLaidOverItsBase(compression: Fixture.Compression) async throws {
        let base = try await Base()
        let long = "usr/share/" + String(repeating: "\u{e4}\u{4e16}/", count: 60) + "name"
        let image = try await base.derived(
            [
                CommitFixture.file("etc/bashrc", "PS1=derived\n"), CommitFixture.file("./etc/new.conf", "new"),
                CommitFixture.file("/var/lib/app/data", "data"), CommitFixture.file(long, "long"),
                CommitFixture.link("usr/bin/awk", "gawk"), CommitFixture.file("run/lock", "dropped"),
                Fixture.hardLink(long + "2", long), Fixture.hardLink("usr/bin/bash2", "usr/bin/bash"),
                CommitFixture.file(
                    "usr/bin/cap", "cap", mode: 0o4755, uid: 7, [CommitFixture.capability, CommitFixture.label]),
            ], compression)
        let imported = try await base.importing(image)
        #expect(imported.baseCommit == base.commit)
        #expect(imported.checksum != base.commit)
        #expect(try base.target.refs() == ["os/derived": imported.checksum])
        #expect(try base.content("usr/etc/bashrc", imported.checksum) == "PS1=derived\n")
        #expect(try base.content("usr/etc/new.conf", imported.checksum) == "new")
        #expect(try base.content("usr/etc/passwd", imported.checksum) == "root:x:0:0::/root:/bin/sh\n")
        #expect(try base.content("var/lib/app/data", imported.checksum) == "data")
        #expect(try base.content(long, imported.checksum) == "long")
        #expect(try base.content(long + "2", imported.checksum) == "long")
        #expect(try base.content("usr/bin/bash2", imported.checksum)?.hasPrefix("bash bash") == true)
        #expect(try base.content("run/lock", imported.checksum) == nil)

        let listing = try await CommitFixture.listing(imported.checksum, in: base.target.path, ["-X"])
        let tool = try #require(listing.first { $0.hasSuffix(" /usr/bin/cap") })
        #expect(tool.hasPrefix("-04755 7 7 "))
        #expect(tool.contains("security.capability"))
        #expect(!tool.contains("security.selinux"))

        let commit = try base.target.commit(imported.checksum)
        #expect(commit.timestamp == 1_772_368_200)
        #expect(commit.metadata["ostree.manifest-digest"]?.string == imported.manifestDigest)
        #expect(commit.metadata["ostree.manifest"]?.string?.contains("\"layers\"") == true)
        #expect(commit.metadata["ostree.container.image-config"]?.string?.contains("\"rootfs\"") == true)
        #expect(commit.metadata["ostree.linux"]?.string == "6.1.0-test")
        #expect(imported.version == "1.2.20260102.3")
        let parent = try await Command(
            "ostree", ["rev-parse", "--repo=\(base.target.path)", "\(imported.checksum)^"]
        ).run()
        #expect(parent.text == base.commit)
        let check = try await Command("ostree", ["fsck", "--repo=\(base.target.path)"]).run()
        #expect(check.text.contains("no errors found."))
    }

    @Test func whiteoutsRemoveWhatIsBelowOnly() async throws {
        let base = try await Base()
        var image = try await base.derived([
            CommitFixture.file("usr/share/doc/bash/.wh.LICENSE", ""),
            CommitFixture.file("usr/share/secret/.wh..wh..opq", ""),
            CommitFixture.file("usr/share/secret/mine", "mine"),
            CommitFixture.file("etc/.wh.bashrc", ""), CommitFixture.file("etc/bashrc", "again"),
            CommitFixture.file("usr/lib/modules/.wh.6.1.0-test", ""),
        ])
        try await image.add([
            CommitFixture.file("usr/share/secret/.wh.mine", ""), CommitFixture.file("usr/share/secret/last", "last"),
            Fixture.directory("usr/share/secret", mode: 0o700, uid: 9),
        ])
        let imported = try await base.importing(image)
        let paths = try await CommitFixture.paths(imported.checksum, in: base.target.path)
        #expect(!paths.contains("/usr/share/doc/bash/LICENSE"))
        #expect(paths.contains("/usr/share/doc/ping/LICENSE"))
        #expect(paths.filter { $0.hasPrefix("/usr/share/secret/") } == ["/usr/share/secret/last"])
        #expect(!paths.contains("/usr/lib/modules/6.1.0-test"))
        #expect(!paths.contains { $0.contains(".wh.") })
        #expect(try base.content("usr/etc/bashrc", imported.checksum) == "again")
        let listing = try await CommitFixture.listing(imported.checksum, in: base.target.path)
        #expect(listing.contains { $0.hasPrefix("d00700 9 9 ") && $0.hasSuffix(" /usr/share/secret") })
        // A directory that the layer only has files in keeps its owner and mode.
        #expect(listing.contains { $0.hasPrefix("d00755 0 0 ") && $0.hasSuffix(" /usr/etc") })
    }

    /// Base files are hard links to objects: a build that changes one in place changes the object.
    @Test func changedObjectsBecomeFilesOfTheirOwn() async throws {
        let base = try await Base()
        func object(_ path: String) throws -> String {
            let tree = try CommitTree(repository: Repository.open(base.fixture.repositoryPath), commit: base.commit)
            return RepositoryLayout.objectPath(try #require(tree.files[path]), "file")
        }
        let license = try object("usr/share/doc/bash/LICENSE")
        let bash = try object("usr/bin/bash")
        let su = try object("usr/bin/su")
        let key = try object("usr/share/secret/key")
        let ping = try object("usr/bin/ping")
        func changed(_ path: String, _ content: String, mode: UInt32, time: Int64) -> Fixture.Member {
            var member = CommitFixture.file(path, content, mode: mode)
            member.0.modificationTime = time
            return member
        }
        let image = try await base.derived([
            changed(license, "changed", mode: 0o600, time: 5),
            Fixture.hardLink("usr/share/doc/bash/LICENSE", license, time: 5),
            Fixture.hardLink("./usr/share/doc/ping/LICENSE", "/" + license, time: 5),
            // Not changed: what it names is the base's object, label included.
            Fixture.hardLink("usr/bin/bash", bash), Fixture.hardLink("usr/bin/rbash", bash),
            // Only the mode changed, and such changes leave the time.
            changed(su, "su", mode: 0o755, time: 0), Fixture.hardLink("usr/bin/su", su),
            changed(key, "secret", mode: 0o600, time: 5),
            // A hard link brings its object along, also one that did not change; labels are never in layers.
            changed(ping, "ping", mode: 0o755, time: 0), Fixture.hardLink("usr/bin/ping2", ping),
        ])
        let imported = try await base.importing(image)
        #expect(try base.content("usr/share/doc/bash/LICENSE", imported.checksum) == "changed")
        #expect(try base.content("usr/share/doc/ping/LICENSE", imported.checksum) == "changed")
        let tree = try CommitTree(repository: base.target, commit: imported.checksum)
        #expect(RepositoryLayout.objectPath(try #require(tree.files["usr/bin/bash"]), "file") == bash)
        #expect(RepositoryLayout.objectPath(try #require(tree.files["usr/bin/ping2"]), "file") == ping)
        #expect(tree.files["usr/bin/rbash"] == tree.files["usr/bin/bash"])
        let listing = try await CommitFixture.listing(imported.checksum, in: base.target.path)
        #expect(listing.contains { $0.hasPrefix("-00755 ") && $0.hasSuffix(" /usr/bin/su") })
        #expect(listing.contains { $0.hasPrefix("-00600 0 0 ") && $0.hasSuffix(" /usr/share/doc/bash/LICENSE") })
        #expect(RepositoryLayout.objectPath(try #require(tree.files["usr/share/secret/key"]), "file") == key)
        #expect(!tree.directories.contains { $0.path.hasPrefix("sysroot/") })
    }

    @Test func pathsOutsideOfTheUsualOnesAreDroppedAndNamed() async throws {
        let base = try await Base()
        let members = [
            CommitFixture.file("opt/puppet/x", "x"), CommitFixture.file("boot/grub.cfg", "x"),
            CommitFixture.file("bin/tool", "x"), CommitFixture.file("etcc/x", "x"), CommitFixture.file(".wh.lib", ""),
        ]
        let image = try await base.derived(members)
        let dropped = try await base.importing(image)
        #expect(dropped.droppedPaths == ["bin", "boot", "etcc", "lib", "opt"])
        let baseTree = try CommitTree(repository: base.target, commit: base.commit)
        #expect(try CommitTree(repository: base.target, commit: dropped.checksum).files == baseTree.files)

        var options = ImportOptions()
        options.otherPaths = .keep
        let kept = try await base.importing(image, options: options)
        #expect(kept.droppedPaths.isEmpty)
        #expect(try base.content("opt/puppet/x", kept.checksum) == "x")
        #expect(try base.content("bin/tool", kept.checksum) == "x")
        #expect(try CommitTree(repository: base.target, commit: kept.checksum).files["lib"] == nil)

        let composefs = CommitFixture.file("usr/lib/ostree/prepare-root.conf", "[composefs]\nenabled = yes\n")
        let automatic = try await base.importing(try await base.derived(members + [composefs]))
        #expect(automatic.droppedPaths.isEmpty)
    }

    @Test func filesOfTheContainerRuntimeDoNotStay() async throws {
        let base = try await Base()
        let imported = try await base.importing(
            try await base.derived([
                CommitFixture.file("etc/resolv.conf", ""), CommitFixture.file("etc/hostname", ""),
                CommitFixture.file("etc/hosts", "127.0.0.1 me"),
            ]))
        let paths = try await CommitFixture.paths(imported.checksum, in: base.target.path)
        #expect(!paths.contains("/usr/etc/resolv.conf"))
        #expect(!paths.contains("/usr/etc/hostname"))
        #expect(paths.contains("/usr/etc/hosts"))
    }

    @Test func aPlainImageIsACommitOfItsOwn() async throws {
        let directory = try TemporaryDirectory()
        var image = ImageFixture(in: directory)
        image.labels["org.opencontainers.image.version"] = "7"
        try await image.add([
            Fixture.directory("./"), Fixture.directory("usr"), CommitFixture.file("usr/bin/sh", "sh", mode: 0o755),
            CommitFixture.file("etc/os-release", "ID=x"), CommitFixture.link("bin", "usr/bin"),
            CommitFixture.link("ostree", "sysroot/ostree"), Fixture.directory("sysroot"), Fixture.directory("opt/x"),
            CommitFixture.file("usr/lib/modules/6.9/vmlinuz", "kernel"),
        ])
        try await image.add(
            [CommitFixture.file("usr/bin/.wh.sh", ""), CommitFixture.file("usr/bin/ksh", "ksh")], .zstd)
        let target = try Repository.create(directory.appending("target"), mode: .bareUser)
        let imported = try await ContainerImporter().importImage(.ociArchive(try image.write()), into: target)
        #expect(imported.baseCommit == nil)
        #expect(imported.version == "7")
        let paths = try await CommitFixture.paths(imported.checksum, in: target.path)
        #expect(paths.isSuperset(of: ["/bin", "/ostree", "/sysroot", "/opt/x", "/usr/etc/os-release", "/usr/bin/ksh"]))
        #expect(!paths.contains("/usr/bin/sh"))
        #expect(try target.commit(imported.checksum).metadata["ostree.bootable"]?.boolean == true)
        let again = try await ContainerImporter().importImage(.ociArchive(try image.write()), into: target)
        #expect(again.checksum == imported.checksum)
    }

    @Test func aPlainImageOfOursHasTheTreeThatItWasMadeOf() async throws {
        let fixture = try CommitFixture()
        let commit = try await fixture.commit()
        var request = fixture.request(commit)
        request.format = .plain
        let image = try await Encapsulator().encapsulate(request)
        let target = try Repository.create(fixture.directory.appending("target"), mode: .bareUser)
        let imported = try await ContainerImporter().importImage(.ociArchive(image.path), into: target)
        #expect(imported.baseCommit == nil)
        let before = try await CommitFixture.listing(commit, in: fixture.repositoryPath)
        let after = try await CommitFixture.listing(imported.checksum, in: target.path)
        #expect(Set(before).isSubset(of: after))
        // Containers run no systemd-tmpfiles, and most programs need this directory.
        #expect(Set(after).subtracting(before).allSatisfy { $0.hasSuffix(" /var/tmp") })
    }

    @Test func filesGetTheLabelsOfTheTreesOwnPolicy() async throws {
        let contexts = """
            /.*\tsystem_u:object_r:default_t:s0
            /etc(/.*)?\tsystem_u:object_r:etc_t:s0
            /usr/bin(/.*)?\tsystem_u:object_r:bin_t:s0

            """
        let base = try await Base(adding: [
            CommitFixture.file("usr/etc/selinux/config", "SELINUX=enforcing\nSELINUXTYPE=targeted\n"),
            CommitFixture.file("usr/etc/selinux/targeted/contexts/files/file_contexts", contexts),
            CommitFixture.file("usr/etc/selinux/targeted/policy/policy.33", "policy"),
        ])
        let image = try await base.derived([
            CommitFixture.file("usr/bin/tool", "tool"), CommitFixture.file("etc/tool.conf", "conf"),
            CommitFixture.link("usr/bin/link", "tool"), Fixture.directory("usr/bin/sub"),
        ])
        let imported = try await base.importing(image)
        let listing = try await CommitFixture.listing(imported.checksum, in: base.target.path, ["-X"])
        func label(_ path: String) throws -> String? {
            let line = try #require(listing.first { $0.components(separatedBy: " -> ")[0].hasSuffix(" \(path)") })
            return line.firstMatch(of: /object_r:([a-z_]+):s0/).map { String($0.1) }
        }
        #expect(try label("/usr/bin/tool") == "bin_t")
        #expect(try label("/usr/bin/link") == "bin_t")
        #expect(try label("/usr/bin/sub") == "bin_t")
        #expect(try label("/usr/etc/tool.conf") == "etc_t")
        // The base's own files are as they were.
        #expect(try label("/usr/bin/su") == nil)
    }
}
