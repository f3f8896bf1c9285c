import Foundation
import HostSystem
import Ignition
import SystemPackage

/// Finds the external tests of a project: the executables under its `tests/kola`.
public struct ExternalTestDiscovery: Sendable {
    /// The project's folder.
    public let directory: FilePath
    /// Whether it is a project, whose folder is the second word of the tests' names; else it is a place where many projects
    /// install theirs.
    public let isProject: Bool
    /// Tests that will not run anyway.
    private let denied: [Glob]
    /// The newest spec that the guest takes.
    private let newest: SpecVersion
    /// Told what is odd but no error.
    private let warn: @Sendable (String) -> Void

    /// The first word of the tests' names.
    private static let prefix = "ext"

    /// A search in `directory`, which may be `.`.
    ///
    /// - Parameters:
    ///   - denied: tests of which nothing but the name is read, since what they say may be wrong.
    ///   - newest: the newest spec that the guest takes, to which newer configs are lowered.
    public init(
        directory: FilePath, isProject: Bool = true, denied: [Glob] = [], newest: SpecVersion = .guestDefault,
        warn: @escaping @Sendable (String) -> Void = { _ in }
    ) {
        self.directory = directory
        self.isProject = isProject
        self.denied = denied
        self.newest = newest
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
        let project = isProject ? [absolute.lastComponent?.string ?? "tests"] : []
        var found: [KolaTest] = []
        try search(root, name: [Self.prefix] + project, above: [], into: &found)
        return found.sorted { $0.name < $1.name }
    }

    /// - Parameter above: the folders on the way here, as a link among them would lead round in circles.
    private func search(_ folder: FilePath, name: [String], above: Set<FileIdentity>, into found: inout [KolaTest])
        throws
    {
        guard let identity = FileIdentity(folder), !above.contains(identity) else { return }
        var executables: [FilePath] = []
        var obsolete: TestRunnerError?
        for entry in FileContent.names(in: folder) {
            let path = folder.appending(entry)
            guard let file = FileIdentity(path) else {
                warn("\(path): a link that leads nowhere is no test")
                continue
            }
            if file.isDirectory {
                if entry != "data" {
                    try search(path, name: name + [entry], above: above.union([identity]), into: &found)
                }
            } else if entry == "config.fcc" {
                obsolete = TestRunnerError(path.string, "config.fcc is not supported anymore; rename it to config.bu")
            } else if Self.configNames.contains(entry) || !file.isRegular {
                continue
            } else if file.isWorldExecutable {
                executables.append(path)
            } else if (try? TestHeader.head(of: path))?.starts(with: Array("#!".utf8)) == true {
                warn("Found non-executable file with shebang: \(path); use chmod a+x if it is meant to be a test")
            }
        }
        let isOnly = executables.count == 1
        let named = executables.map { executable in
            let basename = executable.lastComponent?.string ?? ""
            return (
                name: (isOnly && basename == "test.sh" ? name : name + [basename]).joined(separator: "."), executable
            )
        }
        let isDenied = { (name: String) in denied.contains { $0.matches(name) } }
        let shared = try named.contains { !isDenied($0.name) } ? SharedFiles(folder, newest: newest) : nil
        for (name, executable) in named {
            guard let shared, !isDenied(name) else {
                found.append(KolaTest(name: name, body: .external(ExternalTest(executable: executable, data: nil))))
                continue
            }
            let metadata = try metadata(of: executable) ?? shared.metadata ?? TestMetadata()
            var test = KolaTest(
                name: name, metadata: metadata, ignition: shared.ignition,
                problem: obsolete?.description ?? shared.problem ?? Self.problem(of: shared.ignition, metadata),
                body: .external(ExternalTest(executable: executable, data: shared.data)))
            test.projectError = obsolete
            found.append(test)
        }
        if let obsolete { warn(obsolete.description) }
    }

    /// What is odd in a config fails its tests, unless they say that it may.
    private static func problem(of config: IgnitionConfig?, _ metadata: TestMetadata) -> String? {
        guard let warnings = config?.warnings, let first = warnings.first, metadata.allowConfigWarnings != true else {
            return nil
        }
        let others = warnings.count > 1 ? " (and \(warnings.count - 1) more)" : ""
        return "\(first)\(others); put it right, or set allowConfigWarnings in the test's header"
    }

    private func metadata(of executable: FilePath) throws -> TestMetadata? {
        let head: [UInt8]
        do { head = try TestHeader.head(of: executable) } catch let error as Errno {
            throw TestRunnerError(executable.string, "cannot be read: \(error)")
        }
        return try TestHeader.metadata(in: head, source: executable.string)
    }
}

/// Which file a path leads to, over links, and what it is.
private struct FileIdentity: Hashable {
    private let device: UInt
    private let inode: UInt
    private let mode: UInt32

    init?(_ path: FilePath) {
        var information = stat()
        guard stat(path.string, &information) == 0 else { return nil }
        device = UInt(information.st_dev)
        inode = UInt(information.st_ino)
        mode = information.st_mode
    }

    var isDirectory: Bool { mode & S_IFMT == S_IFDIR }
    var isRegular: Bool { mode & S_IFMT == S_IFREG }
    var isWorldExecutable: Bool { isRegular && mode & S_IXOTH != 0 }
}

/// What the tests in one folder have in common.
private struct SharedFiles {
    var data: FilePath?
    var metadata: TestMetadata?
    var ignition: IgnitionConfig?
    /// Why the tests cannot run; they can still be listed.
    var problem: String?

    init(_ folder: FilePath, newest: SpecVersion) throws {
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
                ignition = try IgnitionConfig(
                    parsing: try FileContent.read(config), source: config.string, newest: newest)
            } else if FileContent.exists(butane) {
                ignition = try IgnitionConfig(
                    butane: try FileContent.read(butane), source: butane.string, filesDirectory: folder, newest: newest)
            }
        } catch let error as IgnitionError {
            problem = error.description
        }
    }
}
