import Foundation
import HostSystem
import LibArchive
import OSTree
import SystemPackage
import TestSupport
import Testing

@testable import ContainerImage

/// What cannot be imported is refused with its cause, and leaves nothing.
@Suite struct BadImageTests {
    static func file(_ path: String, _ content: String = "x") -> ImageFixture.Member {
        CommitFixture.file(path, content)
    }

    /// Imports an image that cannot be; returns the error.
    static func refusal(of archive: FilePath, in directory: TemporaryDirectory) async throws -> String {
        let target = try Repository.create(directory.appending("refused"), mode: .bareUser)
        let error = await #expect(throws: (any Error).self) {
            try await ContainerImporter().importImage(
                .ociArchive(archive), into: target, ref: "os/bad", options: ImportOptions(reference: "oci:bad"))
        }
        #expect(try target.refs().isEmpty)
        func commits() throws -> [String] {
            try FileManager.default.subpathsOfDirectory(atPath: target.path.appending("objects").string)
                .filter { $0.hasSuffix(".commit") }
        }
        #expect(try commits().isEmpty)
        // The next transaction takes over what this one had staged: commits are whole then, or not there.
        try target.transaction {}
        let check = try await Command("ostree", ["fsck", "--repo=\(target.path)"]).run()
        #expect(check.text.contains("object fsck of \(try commits().count) commits completed successfully"))
        return "\(try #require(error))"
    }

    /// Imports a derived image with this last layer; returns the error with its place in front.
    static func refusal(ofLayer members: [ImageFixture.Member]) async throws -> (error: String, place: String) {
        let base = try await DerivedImageTests.Base()
        let image = try await base.derived(members)
        let archive = try image.write()
        let layer = try #require(image.layers.last?.descriptor.digest)
        return (
            try await refusal(of: archive, in: base.directory),
            "\(archive) cannot be imported: ITEM in layer \(layer): "
        )
    }

    @Test(arguments: ["../etc/shadow", "usr/../../etc/shadow", "etc/.."])
    func aPathThatLeavesTheTree(path: String) async throws {
        let (error, place) = try await Self.refusal(ofLayer: [Self.file("usr/bin/fine"), Self.file(path)])
        #expect(error == place.replacing("ITEM", with: path) + "Invalid path: \(path)")
    }

    @Test func anAbsolutePathIsMeantInTheTree() async throws {
        let base = try await DerivedImageTests.Base()
        let imported = try await base.importing(
            try await base.derived([Self.file("//etc/absolute"), Self.file("/usr/x")]))
        #expect(try base.content("usr/etc/absolute", imported.checksum) == "x")
        #expect(try base.content("usr/x", imported.checksum) == "x")
    }

    @Test func aDevice() async throws {
        let base = try await DerivedImageTests.Base()
        var image = try ImageFixture(on: base.image, in: base.directory)
        try await image.add(tar: Self.tar(path: "usr/lib/null", type: "3"))
        let archive = try image.write()
        let layer = try #require(image.layers.last?.descriptor.digest)
        #expect(
            try await Self.refusal(of: archive, in: base.directory)
                == "\(archive) cannot be imported: usr/lib/null in layer \(layer): a commit cannot hold devices, FIFOs and "
                + "sockets")
        // Below /dev the runtime has its own.
        var harmless = try ImageFixture(on: base.image, in: base.directory)
        try await harmless.add(tar: Self.tar(path: "dev/null", type: "3"))
        _ = try await base.importing(harmless)
    }

    @Test(arguments: ["../../etc/shadow", "usr/../../x"])
    func aHardLinkThatEscapes(target: String) async throws {
        let (error, place) = try await Self.refusal(ofLayer: [ImageFixture.hardLink("usr/bin/x", target)])
        #expect(
            error == place.replacing("ITEM", with: "usr/bin/x")
                + "it is a hard link to \(target), which is outside of the image")
    }

    @Test(arguments: [
        ("usr/bin/nothing", "usr/bin/nothing"), ("/etc/nothing", "usr/etc/nothing"),
    ])
    func aHardLinkToNothing(target: String, shown: String) async throws {
        let (error, place) = try await Self.refusal(ofLayer: [ImageFixture.hardLink("usr/bin/x", target)])
        #expect(
            error == place.replacing("ITEM", with: "usr/bin/x")
                + "it is a hard link to \(shown), which is in no layer below")
    }

    @Test func aFileBelowALink() async throws {
        let (error, place) = try await Self.refusal(ofLayer: [
            CommitFixture.link("usr/out", "/etc"), Self.file("usr/out/passwd"),
        ])
        #expect(error == place.replacing("ITEM", with: "usr/out/passwd") + "usr/out is no directory")
    }

    @Test func aWhiteoutOfTheParent() async throws {
        let (error, place) = try await Self.refusal(ofLayer: [Self.file("usr/.wh...")])
        #expect(error == place.replacing("ITEM", with: "usr/.wh...") + "this whiteout removes nothing")
    }

    @Test(arguments: [ImageFixture.Compression.none, .gzip, .zstd])
    func aLayerThatIsCutShort(compression: ImageFixture.Compression) async throws {
        let base = try await DerivedImageTests.Base()
        var image = try ImageFixture(on: base.image, in: base.directory)
        // Bytes that do not compress, so that there is something to cut.
        let noise = (0..<5000).map { Digest.of("\($0)".utf8) }.joined()
        try await image.add([Self.file("usr/noise", noise)], compression)
        let whole = image.layers.removeLast()
        var bytes: [UInt8] = []
        try whole.blob.forEachChunk { bytes += $0 }
        try image.add(
            blob: Array(bytes.prefix(bytes.count / 2)), type: whole.descriptor.mediaType, diffID: whole.diffID)
        let archive = try image.write()
        let layer = try #require(image.layers.last?.descriptor.digest)
        let reason =
            switch compression {
            case .none: "Truncated tar archive"
            case .gzip: "the gzip stream ends in the middle"
            case .zstd, .zstdChunked: "the zstd stream ends in the middle"
            }
        #expect(
            try await Self.refusal(of: archive, in: base.directory)
                == "\(archive) is damaged: blob \(layer): \(reason); get it again")
    }

    @Test(arguments: [ImageFixture.Compression.gzip, .zstd])
    func aLayerThatIsNoStream(compression: ImageFixture.Compression) async throws {
        let base = try await DerivedImageTests.Base()
        var image = try ImageFixture(on: base.image, in: base.directory)
        let type = compression == .gzip ? OCIMediaType.gzipLayer : OCIMediaType.zstdLayer
        try image.add(blob: Array("no stream at all".utf8), type: type, diffID: "sha256:0")
        let archive = try image.write()
        let layer = try #require(image.layers.last?.descriptor.digest)
        let reason = compression == .gzip ? "incorrect header check" : "Unknown frame descriptor"
        #expect(
            try await Self.refusal(of: archive, in: base.directory)
                == "\(archive) is damaged: blob \(layer): \(reason); get it again")
    }

    @Test func anArchiveThatIsCutShort() async throws {
        let base = try await DerivedImageTests.Base()
        let bytes = try FileContent.read(base.image)
        let short = base.directory.appending("short.ociarchive")
        try AtomicFile.write(Array(bytes.prefix(bytes.count * 2 / 3)), to: short)
        let error = try await Self.refusal(of: short, in: base.directory)
        #expect(
            error.hasPrefix("\(short) is damaged: blob sha256:") || error.hasPrefix("cannot read the image \(short): "))
    }

    @Test func aBlobOfAnotherSize() async throws {
        let base = try await DerivedImageTests.Base()
        var image = try await base.derived([Self.file("usr/x")])
        let index = image.layers.count - 1
        image.layers[index].descriptor.size += 1
        let (layer, size) = (image.layers[index].descriptor.digest, image.layers[index].descriptor.size)
        let archive = try image.write()
        #expect(
            try await Self.refusal(of: archive, in: base.directory)
                == "\(archive) is damaged: blob \(layer): it has \(size - 1) bytes and should have \(size); get it again"
        )
    }

    @Test func aManifestWhoseDigestDiffers() async throws {
        let directory = try TemporaryDirectory()
        var image = ImageFixture(in: directory)
        try await image.add([Self.file("usr/x")])
        let layout = try Self.unpacked(try image.write(), in: directory)
        let digest = try OCILayout(layout).image().manifestDigest
        let manifest = layout.appending("blobs/sha256").appending(String(digest.dropFirst("sha256:".count)))
        let changed = String(decoding: try FileContent.read(manifest), as: UTF8.self).replacing(
            "tar+gzip", with: "tar+zstd")
        try AtomicFile.write(Array(changed.utf8), to: manifest)
        let target = try Repository.create(directory.appending("target"), mode: .bareUser)
        let error = await #expect(throws: ContainerImageError.self) {
            try await ContainerImporter().importImage(.ociDirectory(layout, tag: nil), into: target)
        }
        #expect(
            "\(try #require(error))"
                == "\(layout) is damaged: a application/vnd.oci.image.manifest.v1+json should have the digest \(digest) and "
                + "has sha256:\(Digest.of(changed.utf8)); get it again")
    }

    /// Layers that are known are not read by an import, but an archive is made of them, too.
    @Test func aDamagedLayerGoesIntoNoArchive() async throws {
        let directory = try TemporaryDirectory()
        var image = ImageFixture(in: directory)
        try await image.add([Self.file("usr/x")])
        let layout = try Self.unpacked(try image.write(), in: directory)
        let layer = try #require(image.layers.last?.descriptor.digest)
        let path = layout.appending("blobs/sha256").appending(String(layer.dropFirst("sha256:".count)))
        var bytes = try FileContent.read(path)
        bytes[20] ^= 1
        try AtomicFile.write(bytes, to: path)
        let damaged = try OCILayout(layout).image()
        let error = ContainerImageError.damaged(
            layout.string, what: "layer \(layer)", expected: layer, actual: "sha256:\(Digest.of(bytes))")
        #expect(throws: error) { try damaged.writeArchive(to: directory.appending("copy.ociarchive")) }
    }

    @Test func anImageForAnotherProcessor() async throws {
        let directory = try TemporaryDirectory()
        var image = ImageFixture(in: directory)
        image.architecture = "s390x"
        try await image.add([Self.file("usr/x")])
        let archive = try image.write()
        #expect(
            try await Self.refusal(of: archive, in: directory)
                == "\(archive) is for s390x and not for \(OCIArchitecture.current); name the image for "
                + "\(OCIArchitecture.current), or the other architecture with --arch")
    }

    /// Unpacks an archive to a layout directory.
    static func unpacked(_ archive: FilePath, in directory: TemporaryDirectory) throws -> FilePath {
        let layout = directory.appending("layout")
        let reader = try ArchiveReader(archive)
        while let member = try reader.next() {
            if member.kind == .directory { continue }
            let path = layout.appending(member.path)
            try FileContent.createDirectory(path.removingLastComponent())
            try AtomicFile.write(try reader.readAll(limit: 64 << 20), to: path)
        }
        return layout
    }

    /// A tar stream with one member of a type that the library does not write: a header of POSIX.1-1988.
    static func tar(path: String, type: Character) -> [UInt8] {
        var header = [UInt8](repeating: 0, count: 512)
        func put(_ text: String, at offset: Int) {
            header.replaceSubrange(offset..<(offset + text.utf8.count), with: text.utf8)
        }
        put(path, at: 0)
        put("0000644\0" + "0000000\0" + "0000000\0" + "00000000000\0" + "00000000000\0", at: 100)
        put("        \(type)", at: 148)
        put("ustar\u{0}00", at: 257)
        put("0000001\0" + "0000003\0", at: 329)
        let sum = header.reduce(0) { $0 + Int($1) }
        let digits = String(sum, radix: 8)
        put(String(repeating: "0", count: 6 - digits.count) + digits + "\0 ", at: 148)
        return header + [UInt8](repeating: 0, count: 1024)
    }
}
