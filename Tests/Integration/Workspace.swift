import Foundation
import HostSystem
import SystemPackage
import TestSupport

/// A configuration, its repository and a working directory, and `cosa` run in it.
final class Workspace: Sendable {
    let root: TemporaryDirectory
    let repository: RepositoryFixture

    var config: FilePath { root.appending("config") }
    var work: FilePath { root.appending("work") }
    var builds: FilePath { work.appending("builds") }

    /// Makes the repository `tiny` and a configuration of it, and runs `cosa init`.
    init(
        packages: [RPMFixture] = [], manifest: String = TinyOS.manifest(), image: String = "size: 4\nrootfs: ext4\n",
        key: SigningKey? = nil
    ) async throws {
        root = try TemporaryDirectory()
        repository = try await RepositoryFixture(
            "tiny", at: root.appending("repo"), packages: try TinyOS.packages(adding: packages), key: key)
        try root.write(manifest, to: "config/manifest.yaml")
        try root.write(image, to: "config/image.yaml")
        try root.write(repository.section(), to: "config/tiny.repo")
        try FileContent.createDirectory(work)
        try await cosa("init", config.string).succeeded()
    }

    /// Writes a file of the configuration.
    func write(_ text: String, to name: String, mode: Int = 0o644) throws {
        try root.write(text, to: "config/\(name)", mode: mode)
    }

    /// Runs `cosa` in the working directory.
    func cosa(_ arguments: String..., environment: [String: String?] = [:]) async throws -> Run {
        try await cosa(arguments, environment: environment)
    }

    /// Runs `cosa` in the working directory.
    func cosa(_ arguments: [String], environment: [String: String?] = [:]) async throws -> Run {
        let output = try await Command(
            Tool.path("cosa"), arguments, environment: environment, workingDirectory: work
        ).capture()
        return Run(arguments: arguments, output: output)
    }

    /// A digest of everything in `builds/`: names, kinds, link targets, content.
    func buildsDigest() throws -> String {
        var digest = Digest()
        let walker = FileManager.default.enumerator(atPath: builds.string)
        for name in (walker?.compactMap { $0 as? String } ?? []).sorted() {
            let path = builds.appending(name)
            digest.update(field: name)
            if let target = FileContent.linkTarget(path) {
                digest.update(field: "-> \(target)")
            } else if !FileContent.isDirectory(path) {
                digest.update(field: try Digest.ofFile(path))
            }
        }
        return digest.finish()
    }

    /// One run of a program.
    struct Run {
        let arguments: [String]
        let output: Command.Output

        /// The exit status.
        var status: Int32 { output.status }
        /// The last line of standard error.
        var lastLine: String {
            output.standardError.split(whereSeparator: \.isNewline).last.map(String.init) ?? ""
        }

        /// The run itself; an error with everything that it said where it failed.
        @discardableResult
        func succeeded() throws -> Run {
            guard status == 0 else {
                throw Failed(what: "cosa \(arguments.joined(separator: " ")): \(output.standardError) \(output.text)")
            }
            return self
        }
    }

    struct Failed: Error, CustomStringConvertible {
        let what: String
        var description: String { what }
    }
}
