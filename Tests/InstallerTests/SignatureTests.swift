import Foundation
import HostSystem
import SystemPackage
import TestSupport
import Testing

@Suite("The signature of an image from a web server", .enabled(if: geteuid() == 0, needsRoot))
struct SignatureTests {
    private let live: LiveSystem
    private let image: TestImage
    private let server: ImageServer
    private let key: SigningKey
    private let url: String
    private var keys: FilePath { live.path("etc/pki/rpm-gpg") }

    init() async throws {
        live = try await LiveSystem()
        image = try await TestImage(in: live.folder)
        server = try ImageServer(live.folder.path)
        key = try await SigningKey()
        url = "\(server.url)/metal.raw"
    }

    private func trust(_ key: SigningKey, as name: String = "key") throws {
        try FileManager.default.copyItem(atPath: key.publicKey.string, toPath: keys.appending(name).string)
    }

    private func sign(_ file: FilePath, with key: SigningKey) async throws {
        try await key.signDetached(file)
        let signature = FilePath("\(image.file).sig")
        try? FileManager.default.removeItem(atPath: signature.string)
        try FileManager.default.moveItem(atPath: "\(file).asc", toPath: signature.string)
    }

    private func install() async throws -> LiveSystem.Outcome {
        try await live.install("coreos.inst.image_url=\(url)")
    }

    @Test("an image that one of the system's keys signed is installed")
    func good() async throws {
        try trust(try await SigningKey(name: "Another <another@example.com>"), as: "another")
        try trust(key)
        try await sign(image.file, with: key)
        try await live.expectInstalled(image, try await install())
    }

    @Test("an image that was changed after it was signed is refused, and the disk does not boot")
    func changed() async throws {
        try trust(key)
        try await sign(image.file, with: key)
        let handle = try FileHandle(forUpdating: URL(fileURLWithPath: image.file.string))
        try handle.seek(toOffset: UInt64(TestImage.root + 5))
        try handle.write(contentsOf: [1, 2, 3, 4, 5])
        try handle.close()
        live.expect(
            try await install(),
            failed: "the signature of \(url) is wrong (BAD signature from \"\(key.name)\"), "
                + "so nothing of it can be trusted: fetch image and signature again")
        try await live.expectUnbootable()
    }

    @Test("no key, no signature, one of a stranger and what is none are told apart, before anything is written")
    func missing() async throws {
        live.expect(
            try await install(),
            failed: "cannot check the signature of \(url): there is no key in \(keys); put the signer's there, "
                + "or allow unsigned images with coreos.inst.insecure")
        try trust(key)
        live.expect(
            try await install(),
            failed: "cannot fetch the signature \(url).sig: the server answers 404; put it there, "
                + "or allow unsigned images with coreos.inst.insecure")
        try live.folder.write("no signature\n", to: "metal.raw.sig")
        live.expect(
            try await install(),
            failed: "\(url).sig is no detached OpenPGP signature: put one there, "
                + "or allow unsigned images with coreos.inst.insecure")
        let stranger = try await SigningKey(name: "Stranger <stranger@example.com>")
        try await sign(image.file, with: stranger)
        live.expect(
            try await install(),
            failed:
                "cannot check the signature of \(url): its key \(try await stranger.fingerprint().suffix(16)) is not in "
                + "\(keys); put it there, or allow unsigned images with coreos.inst.insecure")
        try live.folder.write("-----BEGIN PGP nothing\n", to: "root/etc/pki/rpm-gpg/key")
        live.expect(
            try await install(), failed: "\(keys)/key is no OpenPGP key: no valid OpenPGP data found; remove it")
        try live.expectUntouched()
    }
}
