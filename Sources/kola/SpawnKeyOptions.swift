import ArgumentParser
import Foundation
import HostSystem
import SystemPackage

/// Who may log in to machines that `kola spawn` starts, besides kola itself.
struct SpawnKeyOptions: ParsableArguments {
    @Flag(
        name: [.customShort("k"), .customLong("keys")],
        help: "The keys of --key may log in; without one those of ~/.ssh/id_{rsa,dsa,ecdsa,ed25519}.pub.")
    var usesKeys = false

    @Option(help: ArgumentHelp("A file with a public SSH key (repeatable).", valueName: "file"))
    var key: [String] = []

    private static let names = ["id_rsa.pub", "id_dsa.pub", "id_ecdsa.pub", "id_ed25519.pub"]

    /// The keys, a line each.
    ///
    /// - Throws: `ValidationError` for a file that cannot be read or has no key.
    func publicKeys(
        home: FilePath? = ProcessInfo.processInfo.environment["HOME"].map { FilePath($0) }
    ) throws -> [String] {
        guard usesKeys || !key.isEmpty else { return [] }
        let standard = home.map { home in Self.names.map { home.appending(".ssh").appending($0) } } ?? []
        let files = key.isEmpty ? standard.filter(FileContent.exists) : key.map { FilePath($0) }
        return try files.map { file in
            let bytes: [UInt8]
            do { bytes = try FileContent.read(file) } catch let error as Errno {
                throw ValidationError("--key: \(file): \(error)")
            }
            let line = String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isNewline).first ?? ""
            // A type, its base64, and perhaps a comment (sshd(8), AUTHORIZED_KEYS FILE FORMAT).
            let words = line.split(separator: " ")
            guard words.count >= 2, words[0].contains("-"), Data(base64Encoded: String(words[1])) != nil else {
                throw ValidationError("--key: \(file): no public SSH key is in its first line")
            }
            return String(line)
        }
    }
}
