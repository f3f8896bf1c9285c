import Foundation
import HostSystem
import Ignition
import SystemPackage

/// Finds the external tests of a project: the executables under its `tests/kola`.
public struct ExternalTestDiscovery: Sendable {
    /// The project's folder.
    public let directory: FilePath
    /// The first word of the tests' names.
    public let prefix: String
    /// Told what is odd but no error.
    private let warn: @Sendable (String) -> Void

    /// A search in `directory`, which may be `.`.
    public init(directory: FilePath, prefix: String = "ext", warn: @escaping @Sendable (String) -> Void = { _ in }) {
        self.directory = directory
        self.prefix = prefix
        self.warn = warn
    }

    private static let configNames: Set<String> = ["config.ign", "config.bu", "config.fcc", "kola.json"]

    /// All tests, sorted by name; none where there is no `tests/kola`.
    ///
    /// - Throws: ``TestRunnerError`` with the file and the key that are wrong.
    public func tests() throws -> [KolaTest] {
        let absolute = FilePath(FileManager.default.currentDirectoryPath).pushing(directory).lexicallyNormalized()
        let root = absolute.appending("tests/kola")
        guard FileContent.isDirectory(root) else { return [] }
        let project = absolute.lastComponent?.string ?? "tests"
        var found: [KolaTest] = []
        try search(root, name: [prefix, project], into: &found)
        return found.sorted { $0.name < $1.name }
    }

    private func search(_ folder: FilePath, name: [String], into found: inout [KolaTest]) throws {
        var executables: [FilePath] = []
        for entry in FileContent.names(in: folder) {
            let path = folder.appending(entry)
            if FileContent.isDirectory(path) {
                // A link to a folder elsewhere is data; following it could also go round in circles.
                if entry != "data", FileContent.linkTarget(path) == nil {
                    try search(path, name: name + [entry], into: &found)
                }
            } else if entry == "config.fcc" {
                throw TestRunnerError(path.string, "config.fcc is no longer read; rename it to config.bu")
            } else if Self.configNames.contains(entry) {
                continue
            } else if Self.isWorldExecutable(path) {
                executables.append(path)
            } else if (try? FileContent.read(path))?.starts(with: Array("#!".utf8)) == true {
                warn("\(path): a script that is not executable is no test; use chmod a+x if it is meant to be one")
            }
        }
        guard !executables.isEmpty else { return }
        let shared = try SharedFiles(folder)
        for executable in executables {
            let basename = executable.lastComponent?.string ?? ""
            let isOnly = executables.count == 1 && basename == "test.sh"
            let test = ExternalTest(executable: executable, data: shared.data)
            let bytes = (try? FileContent.read(executable)) ?? []
            let metadata =
                try TestHeader.metadata(in: bytes, source: executable.string) ?? shared.metadata ?? TestMetadata()
            found.append(
                KolaTest(
                    name: (isOnly ? name : name + [basename]).joined(separator: "."), metadata: metadata,
                    ignition: shared.ignition, problem: shared.problem ?? Self.problem(of: shared.ignition, metadata),
                    body: .external(test)))
        }
    }

    /// What is odd in a config fails its tests, unless they say that it may.
    private static func problem(of config: IgnitionConfig?, _ metadata: TestMetadata) -> String? {
        guard let warnings = config?.warnings, let first = warnings.first, metadata.allowConfigWarnings != true else {
            return nil
        }
        let others = warnings.count > 1 ? " (and \(warnings.count - 1) more)" : ""
        return "\(first)\(others); put it right, or set allowConfigWarnings in the test's header"
    }

    private static func isWorldExecutable(_ path: FilePath) -> Bool {
        var information = stat()
        return stat(path.string, &information) == 0 && information.st_mode & S_IFMT == S_IFREG
            && information.st_mode & S_IXOTH != 0
    }
}

/// What the tests in one folder have in common.
private struct SharedFiles {
    var data: FilePath?
    var metadata: TestMetadata?
    var ignition: IgnitionConfig?
    /// Why the tests cannot run; they can still be listed.
    var problem: String?

    init(_ folder: FilePath) throws {
        let data = folder.appending("data")
        if FileContent.isDirectory(data) { self.data = data }
        let json = folder.appending("kola.json")
        if FileContent.exists(json) {
            metadata = try TestMetadataParser(source: json.string).parse(
                String(decoding: try FileContent.read(json), as: UTF8.self))
        }
        let config = folder.appending("config.ign")
        let butane = folder.appending("config.bu")
        do {
            if FileContent.exists(config), FileContent.exists(butane) {
                problem = "\(config): there is a config.bu beside it; keep one of them"
            } else if FileContent.exists(config) {
                ignition = try IgnitionConfig(parsing: try FileContent.read(config), source: config.string)
            } else if FileContent.exists(butane) {
                ignition = try IgnitionConfig(
                    butane: try FileContent.read(butane), source: butane.string, filesDirectory: folder)
            }
        } catch let error as IgnitionError {
            problem = error.description
        }
    }
}
