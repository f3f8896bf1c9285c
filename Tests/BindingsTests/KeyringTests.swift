import Foundation
import RPM
import SystemPackage
import TestSupport
import Testing

@Suite("librpm: signatures")
struct KeyringTests {
    private func keyring(_ keys: SigningKey...) throws -> Keyring {
        let keyring = try Keyring()
        for key in keys {
            try keyring.add(armored: String(contentsOfFile: key.publicKey.string, encoding: .utf8), from: key.name)
        }
        return keyring
    }

    @Test("A package is valid with a key of the keyring, and what it is else is told apart")
    func verdicts() async throws {
        let directory = try TemporaryDirectory()
        let key = try await SigningKey()
        let other = try await SigningKey(name: "Other <other@example.com>")
        let package = try await RPMFixture("web", files: [.init("/usr/share/web")]).build(in: directory.path)
        #expect(try keyring(key).check(package) == .unsigned)
        try await key.sign(packages: [package])
        #expect(try keyring(other, key).check(package) == .valid)
        guard case .unknownKey(let signature) = try keyring(other).check(package) else {
            Issue.record("the key is not there")
            return
        }
        #expect(signature.contains("RSA/SHA") && signature.contains("Key ID"))
        var bytes = try Data(contentsOf: URL(fileURLWithPath: package.string))
        bytes[bytes.count - 1] ^= 1
        try bytes.write(to: URL(fileURLWithPath: package.string))
        #expect(try keyring(key).check(package) == .damaged("its payload is not the one that was signed"))
    }

    @Test("A signature of a subkey is valid with the key that it belongs to")
    func subkey() async throws {
        let directory = try TemporaryDirectory()
        let key = try await SigningKey(signsWithSubkey: true)
        let package = try await RPMFixture("web").build(in: directory.path)
        try await key.sign(packages: [package])
        #expect(try keyring(key).check(package) == .valid)
    }
}
