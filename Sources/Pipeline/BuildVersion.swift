import Builds
import Foundation
import HostSystem
import SystemPackage
import Treefile

/// How a build gets its version: `--version`, else the configuration's `versionary`, else the treefile's scheme.
struct BuildVersion: Sendable {
    let configuration: Configuration
    let store: BuildStore
    let options: BuildOptions
    let reporter: Reporter

    /// The version of the next build.
    ///
    /// - Parameter timestamp: the build's time in seconds since 1970, from which the version's date comes.
    /// - Throws: ``PipelineError`` where there is no way to make one; `CommandError` of the versionary.
    func next(timestamp: Int64) async throws -> String {
        if let version = options.version { return try checked(version, from: "--version") }
        if let version = try await fromVersionary() { return version }
        return try fromScheme(timestamp: timestamp)
    }

    private func fromVersionary() async throws -> String? {
        let script = configuration.directory.config.appending("versionary")
        guard access(script.string, X_OK) == 0 else {
            if options.versionary {
                throw PipelineError("--versionary: there is no executable \(script) in the configuration")
            }
            return nil
        }
        let suffix = configuration.variant.map { "-\($0)" } ?? ""
        let arguments = configuration.directory.config.appending("build-args\(suffix).conf")
        let command = Command(
            script.string,
            ["--build-args=\(arguments)"] + (options.versionary ? [] : ["--dev"]),
            workingDirectory: configuration.directory.root)
        return try checked(try await command.run(onLine: reporter.output).text, from: "\(script)")
    }

    private func fromScheme(timestamp: Int64) throws -> String {
        guard let prefix = configuration.manifest.manifest.automaticVersionPrefix else {
            throw PipelineError(
                "no version for the build: the treefile has no key 'automatic-version-prefix' and the configuration no "
                    + "`versionary`; add one of them or pass --version")
        }
        let scheme = AutomaticVersion(
            prefix: prefix, suffix: configuration.manifest.manifest.automaticVersionSuffix ?? ".")
        let start = try scheme.expand(timestamp: timestamp).prefix
        // The builds are newest first, but a build made by hand may stand above the scheme's newest.
        let last = try store.index().builds.map(\.id).filter { $0.hasPrefix(start + scheme.suffix) }
            .max { number($0, after: start + scheme.suffix) < number($1, after: start + scheme.suffix) }
        return try scheme.next(after: last, timestamp: timestamp)
    }

    private func number(_ version: String, after start: String) -> Int {
        Int(version.dropFirst(start.count).prefix { $0.isNumber }) ?? -1
    }

    /// A version names a directory and is part of file names and labels.
    private func checked(_ version: String, from origin: String) throws -> String {
        let allowed = Set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_+~")
        guard !version.isEmpty, version.first?.isNumber == true || version.first?.isLetter == true,
            version.allSatisfy(allowed.contains)
        else {
            throw PipelineError(
                "\(origin): '\(version)' is no version; it starts with a letter or digit and has only letters, digits "
                    + "and . - _ + ~")
        }
        return version
    }
}
