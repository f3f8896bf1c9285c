import Foundation
import RPM
import SystemPackage

/// The keys of one repository; checks nothing where the repository wants no check.
struct RepositoryKeyring: Sendable {
    private let repository: RepositoryConfig
    private let keyring: Keyring?

    init(_ repository: RepositoryConfig, cache: MetadataCache) throws {
        self.repository = repository
        guard repository.checksPackages else {
            keyring = nil
            return
        }
        guard !repository.keyURLs.isEmpty else {
            throw PackagesError("repository \(repository.id): gpgcheck=1 needs gpgkey=")
        }
        let keyring = try Keyring()
        for url in repository.keyURLs {
            let path = cache.keyPath(url, of: repository)
            guard let text = try? String(contentsOfFile: path.string, encoding: .utf8) else {
                throw PackagesError(
                    "repository \(repository.id): gpgkey=\(url) cannot be read; check it, run cosa fetch")
            }
            do {
                try keyring.add(armored: text, from: url)
            } catch {
                throw PackagesError("repository \(repository.id): gpgkey=\(url): \(error)")
            }
        }
        self.keyring = keyring
    }

    /// Refuses a package that is not signed by one of the keys.
    ///
    /// - Throws: ``PackagesError``.
    func check(_ package: ResolvedPackage, at path: FilePath) throws {
        guard let keyring else { return }
        let subject = "package \(package.nevra) from \(repository.id)"
        let keys = repository.keyURLs.joined(separator: " ")
        switch try keyring.check(path) {
        case .valid: return
        case .unsigned:
            throw PackagesError(
                "\(subject): it is not signed, but gpgcheck=1 asks for a key of gpgkey=\(keys); sign it")
        case .unknownKey(let signature):
            throw PackagesError(
                "\(subject): signature (\(signature)) not made by a key of gpgkey=\(keys); add the key or re-sign it")
        case .damaged(let reason):
            throw PackagesError("\(subject): signature check failed: \(reason); replace the package, run cosa fetch")
        }
    }
}
