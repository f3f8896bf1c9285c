import Foundation
import HostSystem
import Librepo
import SystemPackage

/// The packages of one repository on their way into a folder.
struct RepositoryDownload: Sendable {
    let repository: RepositoryConfig
    let folder: FilePath
    let keyring: RepositoryKeyring?

    /// Where a package waits until it was checked.
    private var waiting: FilePath { folder.appending(".partial") }

    func run(_ packages: [ResolvedPackage], onCompletion: (ResolvedPackage) -> Void) throws {
        try FileManager.default.createDirectory(atPath: waiting.string, withIntermediateDirectories: true)
        var remote: [ResolvedPackage] = []
        for package in packages {
            let target = folder.appending(try fileName(package))
            if isComplete(target, package) {
                try keyring?.check(package, at: target)
                onCompletion(package)
            } else if let source = localSource(package) {
                try link(source, package)
                try accept(package)
                onCompletion(package)
            } else {
                remote.append(package)
            }
        }
        try fetch(remote)
        for package in remote {
            try accept(package)
            onCompletion(package)
        }
    }

    private func fetch(_ packages: [ResolvedPackage]) throws {
        let targets = try packages.map { package in
            let (type, hex) = checksum(package)
            return PackageDownload.Target(
                location: package.location, baseURL: package.baseURL,
                destination: waiting.appending(try fileName(package)), checksumType: type, checksum: hex,
                size: package.size)
        }
        let failures: [String?]
        do {
            failures = try PackageDownload.run(targets, from: repository.location, onCompletion: { _ in })
        } catch {
            throw PackagesError("repository \(repository.id) (\(repository.displayURL)): \(error)")
        }
        let failed = zip(packages, failures).compactMap { package, message in message.map { (package, $0) } }
        guard let (package, message) = failed.first else { return }
        let others = failed.count > 1 ? " (and \(failed.count - 1) more packages)" : ""
        throw PackagesError(
            "package \(package.nevra) from \(repository.id) (\(repository.displayURL)): \(message)\(others); run cosa fetch"
        )
    }

    /// Checks what came and gives it its name.
    private func accept(_ package: ResolvedPackage) throws {
        let source = waiting.appending(try fileName(package))
        let (type, expected) = checksum(package)
        let found: String
        do {
            let descriptor = try FileDescriptor.open(source, .readOnly)
            found = try descriptor.closeAfter { try FileChecksum.of(descriptor, type: type) }
        } catch {
            throw PackagesError("package \(package.nevra) from \(repository.id): \(error)")
        }
        do {
            guard found == expected else {
                throw PackagesError(
                    "package \(package.nevra) from \(repository.id): checksum \(type):\(expected) expected, "
                        + "\(found) found; run cosa fetch")
            }
            try keyring?.check(package, at: source)
        } catch {
            unlink(source.string)
            throw error
        }
        let target = folder.appending(try fileName(package))
        guard rename(source.string, target.string) == 0 else {
            throw PackagesError("package \(package.nevra): cannot be stored at \(target): \(Errno(rawValue: errno))")
        }
    }

    private func isComplete(_ path: FilePath, _ package: ResolvedPackage) -> Bool {
        guard let descriptor = try? FileDescriptor.open(path, .readOnly) else { return false }
        let (type, expected) = checksum(package)
        let found = try? descriptor.closeAfter { () -> String? in
            guard try descriptor.seek(offset: 0, from: .end) == package.size else { return nil }
            try descriptor.seek(offset: 0, from: .start)
            return try FileChecksum.of(descriptor, type: type)
        }
        return found == expected
    }

    /// The file itself, where the repository is a directory of this machine.
    private func localSource(_ package: ResolvedPackage) -> FilePath? {
        for url in package.baseURL.map({ [$0] }) ?? repository.baseURLs {
            guard let base = RepositoryConfig.localDirectory(url) else { return nil }
            let path = base.pushing(FilePath(package.location))
            if access(path.string, R_OK) == 0 { return path }
        }
        return nil
    }

    /// Links a file of the same filesystem, copies any other one.
    private func link(_ source: FilePath, _ package: ResolvedPackage) throws {
        let target = waiting.appending(try fileName(package))
        unlink(target.string)
        if linkat(AT_FDCWD, source.string, AT_FDCWD, target.string, AT_SYMLINK_FOLLOW) == 0 { return }
        do {
            try FileManager.default.copyItem(atPath: source.string, toPath: target.string)
        } catch {
            unlink(target.string)
            throw PackagesError("package \(package.nevra) from \(repository.id): cannot copy \(source): \(error)")
        }
    }

    /// The last part of the location, which must be a plain name: metadata cannot make us write elsewhere.
    private func fileName(_ package: ResolvedPackage) throws -> String {
        guard let component = FilePath(package.location).lastComponent, component.kind == .regular,
            package.location.hasPrefix("/") == false
        else {
            throw PackagesError(
                "package \(package.nevra) from \(repository.id): unusable location '\(package.location)' in the metadata"
            )
        }
        return component.string
    }

    private func checksum(_ package: ResolvedPackage) -> (type: String, hex: String) {
        let parts = package.checksum.split(separator: ":", maxSplits: 1).map(String.init)
        return parts.count == 2 ? (parts[0], parts[1]) : ("sha256", package.checksum)
    }
}
