import HostSystem
import SystemPackage
import TestSupport
import Testing

@testable import LiveImage

@Suite("A minimal live image")
struct MinimalImageTests {
    /// A full image with the data for a minimal one, and that one as xorriso made it.
    private func images(_ directory: TemporaryDirectory) async throws -> (full: FilePath, minimal: FilePath) {
        let fixture = try await LiveISOFixture(in: directory, minimal: true)
        let minimal = try #require(fixture.minimal)
        let data = try await MinimalImage.pack(minimal: minimal, full: fixture.path)
        let place = try #require(try await ISOContents(of: fixture.path).files["coreos/miniso.dat"])
        let bytes = data.encoded(creator: "1.0")
        #expect(bytes.count <= place.size)
        let file = try FileDescriptor.open(fixture.path, .readWrite)
        try file.closeAfter { _ = try file.writeAll(toAbsoluteOffset: place.offset, bytes) }
        return (fixture.path, minimal)
    }

    @Test("it is taken out of the full image as it was made, but for the arguments")
    func extraction() async throws {
        let directory = try TemporaryDirectory()
        let (full, minimal) = try await images(directory)
        let (output, rootfs) = (directory.appending("out.iso"), directory.appending("rootfs.img"))
        try await LiveISOImage(full).extractMinimal(
            to: output, rootfsURL: "http://example.com/rootfs.img", rootfs: rootfs)
        #expect(try FileContent.read(rootfs) == LiveISOFixture.rootfs)
        #expect(try await ISOContents(of: output).files == ISOContents(of: minimal).files)

        var image = try await LiveISOImage(output)
        let left = "mitigations=auto,nosmt ignition.platform.id=metal"
        #expect(try image.kernelArguments == left + " coreos.live.rootfs_url=http://example.com/rootfs.img")
        #expect(try image.defaultKernelArguments == left)
        // The rest is what xorriso made.
        let information = try #require(try await ISOContents(of: output).files["coreos/kargs.json"])
        let original = try await LiveISOFixture.content("coreos/kargs.json", of: minimal)
        image.change(at: information.offset, original)
        try image.setKernelArguments(LiveISOFixture.arguments)
        try image.save(to: nil)
        #expect(try Digest.ofFile(output) == Digest.ofFile(minimal))
    }

    @Test("the data are as bincode writes them")
    func format() throws {
        let data = MinimalImage(
            files: [.init(minimal: 250, full: 251, size: 70_000)], digest: String(repeating: "0f", count: 32),
            rest: [1, 2, 3])
        let expected: [UInt8] =
            Array("MINISO\0\0".utf8) + [1, 3] + Array("0.1".utf8) + [1, 250, 251, 251, 0, 252, 0x70, 0x11, 1, 0]
            + Array(repeating: 15, count: 32) + [3, 1, 2, 3]
        #expect(data.encoded(creator: "0.1") == expected)
        #expect(try MinimalImage(decoding: expected + [0, 0], of: "x") == data)
    }

    @Test(
        "data that cannot be read say why",
        arguments: [
            ([0, 0], "x has nothing to make a minimal image from (coreos/miniso.dat is missing or empty)"),
            (Array("MINISO\0\0".utf8) + [2], "x: cannot read coreos/miniso.dat: its format is version 2; known is 1"),
            (Array("MINISO\0\0".utf8) + [1, 0, 1, 5], "x: cannot read coreos/miniso.dat: it is cut short"),
            (Array("MINIMAL!".utf8), "x: cannot read coreos/miniso.dat: it is not such a file"),
        ] as [([UInt8], String)])
    func unreadable(bytes: [UInt8], message: String) {
        let error = #expect(throws: LiveImageError.self) { try MinimalImage(decoding: bytes, of: "x") }
        #expect(error?.description == message)
    }

    @Test("an image that was changed, and one that is damaged, give none")
    func refusals() async throws {
        let directory = try TemporaryDirectory()
        let (full, _) = try await images(directory)
        let output = directory.appending("out.iso")
        var changed = try await LiveISOImage(full)
        try changed.setKernelArguments("quiet")
        try changed.save(to: directory.appending("changed.iso"))
        let reread = try await LiveISOImage(directory.appending("changed.iso"))
        let customized = await #expect(throws: LiveImageError.self) {
            try await reread.extractMinimal(to: output, rootfsURL: nil, rootfs: nil)
        }
        #expect(customized == .customized(directory.appending("changed.iso")))

        // What is refused makes no other file either.
        let (taken, rootfs) = (try directory.write("", to: "taken.iso"), directory.appending("rootfs.img"))
        let pristine = try await LiveISOImage(full)
        let exists = await #expect(throws: LiveImageError.self) {
            try await pristine.extractMinimal(to: taken, rootfsURL: nil, rootfs: rootfs)
        }
        #expect(exists?.description == "cannot write \(taken): it exists; choose another name or remove it")
        let url = await #expect(throws: LiveImageError.self) {
            try await pristine.extractMinimal(to: output, rootfsURL: "http://a b", rootfs: rootfs)
        }
        #expect(url?.description == "--rootfs-url 'http://a b': there is white space in it; write it as %20")
        #expect(!FileContent.exists(rootfs))

        let kernel = try #require(changed.contents.files["images/pxeboot/vmlinuz"])
        let file = try FileDescriptor.open(full, .readWrite)
        try file.closeAfter { _ = try file.writeAll(toAbsoluteOffset: kernel.offset, [0]) }
        let damaged = try await LiveISOImage(full)
        let error = await #expect(throws: LiveImageError.self) {
            try await damaged.extractMinimal(to: output, rootfsURL: nil, rootfs: nil)
        }
        #expect(
            error?.description == "\(full): cannot read coreos/miniso.dat: what it makes has another SHA-256 than it "
                + "should; the image is damaged")
        #expect(!FileContent.exists(output))
    }
}
