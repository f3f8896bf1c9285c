import Foundation
import HostSystem
import LibArchive
import SystemPackage
import TestSupport
import Testing

@testable import ContainerImage

@Suite struct LayerLayoutTests {
    /// The members of each layer of the fixture's image, the lowest layer first.
    static func layers(_ format: LayerFormat) async throws -> [[ArchiveEntry]] {
        let fixture = try CommitFixture()
        var request = fixture.request(try await fixture.commit())
        request.format = format
        let image = try await Encapsulator().encapsulate(request)
        let read = try OCILayout(image.path).image()
        return try zip(read.manifest.layers, read.configuration.rootfs.diffIDs).map { descriptor, diffID in
            var members: [ArchiveEntry] = []
            try LayerReader(read.layout, descriptor, diffID: diffID).forEach { member, _ in members.append(member) }
            return members
        }
    }

    static let frame = RepositoryLayout.directories.map { $0 + "/" } + ["sysroot/ostree/repo/config"]

    @Test func theFirstLayerHoldsTheCommitAndTheSkeleton() async throws {
        let members = try #require(try await Self.layers(.sparse).first)
        let paths = members.map(\.path)
        #expect(paths[0] == "./")
        #expect(Array(paths[1..<(1 + Self.frame.count)]) == Self.frame)
        let objects = members.dropFirst(1 + Self.frame.count)
        #expect(objects.first?.path.hasSuffix(".commit") == true)
        #expect(objects.dropFirst().first?.path.hasSuffix(".dirmeta") == true)
        #expect(objects.dropFirst(2).first?.path.hasSuffix(".dirtree") == true)
        #expect(!paths.contains { $0.hasSuffix(".file") })
        #expect(paths.contains("./etc/"))
        #expect(!paths.contains("./usr/etc/"))
        #expect(!paths.contains("./sysroot/"))
        #expect(paths.last == "var/tmp/")
        #expect(members.last?.mode == 0o1777)
        let secret = try #require(members.first { $0.path == "./usr/share/secret/" })
        #expect([secret.mode, secret.uid, secret.gid] == [0o2750, 7, 8])
        #expect(Set(paths).count == paths.count)
        #expect(members.allSatisfy { $0.modificationTime == 0 })
    }

    @Test func otherLayersHoldObjectsWithTheirNames() async throws {
        for members in try await Self.layers(.sparse).dropFirst() {
            #expect(members.prefix(Self.frame.count).map(\.path) == Self.frame)
            let objects = members.dropFirst(Self.frame.count)
            #expect(!objects.contains { $0.kind == .directory })
            var lastObject = ""
            for (attributes, member) in zip(objects, objects.dropFirst()) where member.path.hasSuffix(".file") {
                #expect(attributes.path == member.path + "-xattrs-link")
                #expect(attributes.kind == .regular)
                #expect(member.path > lastObject)
                lastObject = member.path
            }
            for member in objects {
                if case .hardlink(let target) = member.kind { #expect(objects.contains { $0.path == target }) }
            }
        }
    }

    @Test func membersKeepWhatTheCommitSays() async throws {
        let members = try await Self.layers(.sparse).dropFirst().joined()
        func object(of path: String) throws -> ArchiveEntry {
            let link = try #require(members.first { $0.path == path })
            guard case .hardlink(let target) = link.kind else { return link }
            return try #require(members.first { $0.path == target })
        }
        #expect(try object(of: "usr/bin/su").mode == 0o4755)
        #expect(try object(of: "usr/share/secret/key").uid == 4242)
        #expect(try object(of: "etc/passwd").size == 26)
        #expect(try object(of: "usr/lib/install").kind == .symlink(target: "../..//bin/bash"))
        let ping = try object(of: "usr/bin/ping")
        #expect(ping.extendedAttributes == [CommitFixture.capability])
        // Two empty files are one object and yet two files.
        for path in ["usr/share/empty", "usr/share/bash/empty"] {
            let empty = try #require(members.first { $0.path == path })
            #expect(empty.kind == .regular)
        }
        #expect(members.contains { $0.path == "usr/share/\u{e4}rger/\u{4e16}\u{754c}" })
    }

    @Test func theCompleteFormatRepeatsParentDirectories() async throws {
        for members in try await Self.layers(.complete).dropFirst() {
            let objects = members.dropFirst(Self.frame.count)
            var known: Set<String> = []
            for member in objects where !member.path.hasPrefix("sysroot/") {
                let parent = member.path.split(separator: "/").dropLast().joined(separator: "/")
                #expect(parent.isEmpty || known.contains(parent))
                if member.kind == .directory {
                    #expect(known.insert(String(member.path.dropLast())).inserted)
                    if member.path == "usr/share/secret/" { #expect(member.mode == 0o2750) }
                }
            }
        }
    }

    @Test func plainLayersHoldFilesAfterTheirDirectories() async throws {
        let layers = try await Self.layers(.plain)
        let members = layers.dropFirst().joined()
        #expect(!layers.joined().contains { $0.path.contains("sysroot/") && $0.kind != .directory })
        #expect(!layers.joined().contains { $0.path.hasPrefix("sysroot/ostree") })
        #expect(layers.joined().allSatisfy { $0.modificationTime == 0 })
        #expect(!layers.joined().contains { $0.path.hasPrefix("usr/etc") })
        #expect(!layers.joined().contains { $0.extendedAttributes.contains { $0.name == "security.selinux" } })
        let skeleton = try #require(layers.first)
        #expect(skeleton.first?.path == "./")
        #expect(skeleton.allSatisfy { $0.kind == .directory })
        #expect(skeleton.contains { $0.path == "sysroot/" })
        #expect(skeleton.last?.path == "var/tmp/")

        for layer in layers.dropFirst() {
            var known: Set<String> = []
            for member in layer {
                let parent = member.path.split(separator: "/").dropLast().joined(separator: "/")
                #expect(parent.isEmpty || known.contains(parent))
                if case .hardlink(let target) = member.kind { #expect(known.contains(target)) }
                known.insert(member.path.hasSuffix("/") ? String(member.path.dropLast()) : member.path)
            }
        }
        func file(_ path: String) throws -> ArchiveEntry { try #require(members.first { $0.path == path }) }
        #expect(try file("usr/bin/su").mode == 0o4755)
        #expect(try file("usr/bin/ping").extendedAttributes == [CommitFixture.capability])
        #expect(try file("usr/share/secret/key").uid == 4242)
        #expect(try file("etc/passwd").size == 26)
        #expect(try file("bin").kind == .symlink(target: "usr/bin"))
        #expect(try file("usr/share/doc/ping/LICENSE").kind == .hardlink(target: "usr/share/doc/bash/LICENSE"))
        for path in ["usr/share/empty", "usr/share/bash/empty"] { #expect(try file(path).kind == .regular) }
        let secrets = members.filter { $0.path == "usr/share/secret/" }
        #expect(!secrets.isEmpty)
        #expect(secrets.allSatisfy { $0.mode == 0o2750 })
    }

    @Test func plainImagesAreNoOSTreeImages() async throws {
        let fixture = try CommitFixture()
        var request = fixture.request(try await fixture.commit())
        request.format = .plain
        let image = try await Encapsulator().encapsulate(request)
        #expect(image.labels["containers.bootc"] == "1")
        #expect(image.labels["ostree.linux"] == "6.1.0-test")
        #expect(image.labels["ostree.commit"] == nil)
        #expect(image.labels["ostree.final-diffid"] == nil)
        let manifest = try OCILayout(image.path).image().manifest
        #expect(manifest.layers.contains { $0.annotations?["org.chunkah.component"] == "initramfs" })
        #expect(!manifest.layers.contains { $0.annotations?["ostree.components"] != nil })
    }

    /// The judge is libostree itself: it reads the repository mode that the layers are in.
    @Test(.enabled(if: getuid() == 0, "owners can be restored by root only"))
    func libostreeAcceptsTheUnpackedRepository() async throws {
        let fixture = try CommitFixture()
        let commit = try await fixture.commit()
        let image = try await Encapsulator().encapsulate(fixture.request(commit))
        let root = fixture.directory.appending("root")
        let copy = fixture.directory.appending("copy")
        try FileManager.default.createDirectory(atPath: root.string, withIntermediateDirectories: true)
        try await Command("skopeo", ["copy", "--quiet", "oci-archive:\(image.path)", "dir:\(copy)"]).run()
        for layer in image.layers {
            let blob = copy.appending(String(layer.digest.dropFirst("sha256:".count)))
            try await Command(
                "tar", ["-xzpf", blob.string, "--numeric-owner", "--same-owner", "-C", root.string]
            ).run()
        }
        let repository = root.appending("sysroot/ostree/repo")
        try await Command("ostree", ["refs", "--repo=\(repository)", "--create=all", commit]).run()
        let check = try await Command("ostree", ["fsck", "--repo=\(repository)"]).run()
        #expect(check.text.contains("object fsck of 1 commits completed successfully - no errors found."))
        let listing = try await Command("ostree", ["ls", "-R", "-C", "-X", "--repo=\(repository)", commit]).run()
        let original = try await Command(
            "ostree", ["ls", "-R", "-C", "-X", "--repo=\(fixture.repositoryPath)", commit]
        ).run()
        #expect(listing.text == original.text)
        #expect(try String(contentsOfFile: root.appending("usr/bin/ping").string, encoding: .utf8) == "ping")
    }
}
