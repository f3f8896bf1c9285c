import Foundation
import SystemPackage

/// Reads one treefile after the other and merges them.
struct TreefileLoader {
    /// How deep includes may nest.
    static let maximumDepth = 50

    private struct Identity: Hashable {
        let device: UInt
        let inode: UInt
    }

    let basearch: String
    let purpose: TreefilePurpose
    /// All variables seen so far; the definition closest to the top stays.
    private(set) var variables: [String: ConfigValue]
    private(set) var files: [FilePath] = []
    private var seen: Set<Identity> = []

    init(basearch: String, purpose: TreefilePurpose, variables: [String: ConfigValue]) {
        self.basearch = basearch
        self.purpose = purpose
        self.variables = variables
        self.variables["basearch"] = .string(basearch)
    }

    mutating func load(_ path: FilePath, depth: Int) throws -> (Manifest, ManifestExternals) {
        try register(path)
        if path.extension == "ks" { return (try Kickstart.load(path, basearch: basearch), ManifestExternals()) }

        let isYAML = path.extension == "yaml" || path.extension == "yml"
        var keys = try KeyReader(SourceNode.load(path), file: path)
        var document = try Includes(reading: &keys, basearch: basearch)
        var manifest = try Manifest(reading: &keys, basearch: basearch)
        if isYAML { try keys.finish() }
        try purpose.check(keys)
        learn(from: manifest)
        var externals = try Self.externals(of: manifest, in: path)

        for conditional in document.conditional where try holds(conditional, file: path) {
            switch conditional.target {
            case .files(let files): document.files += files
            case .inline(let node):
                var inner = try KeyReader(node, file: path, name: "include")
                _ = inner.take("include")
                _ = inner.take("arch-include")
                _ = inner.take("conditional-include")
                let inline = try Manifest(reading: &inner, basearch: basearch)
                if isYAML { try inner.finish() }
                try purpose.check(inner)
                manifest.merge(included: inline)
            }
        }
        for include in document.files {
            let target = path.removingLastComponent().pushing(FilePath(include.name)).lexicallyNormalized()
            guard depth < Self.maximumDepth else {
                throw TreefileError(
                    file: path, line: include.line, column: include.column,
                    message: "Reached maximum include depth \(Self.maximumDepth) at \(target)")
            }
            guard access(target.string, F_OK) == 0 else {
                throw TreefileError(
                    file: path, line: include.line, column: include.column,
                    message: "key 'include': cannot open \(target): \(Errno(rawValue: errno)); "
                        + "paths are relative to the directory of this file")
            }
            let (included, more) = try load(target, depth: depth + 1)
            manifest.merge(included: included)
            externals.merge(included: more)
        }
        return (manifest, externals)
    }

    /// A file may be read once only, also where two branches include it.
    private mutating func register(_ path: FilePath) throws {
        var information = stat()
        guard stat(path.string, &information) == 0 else {
            throw TreefileError(file: path, message: "cannot be read: \(Errno(rawValue: errno))")
        }
        let identity = Identity(device: UInt(information.st_dev), inode: UInt(information.st_ino))
        guard seen.insert(identity).inserted else {
            throw TreefileError(file: path, message: "Include loop detected; \(path) was already included")
        }
        files.append(path)
    }

    private mutating func learn(from manifest: Manifest) {
        variables.merge(manifest.variables) { mine, _ in mine }
        if let releasever = manifest.releasever, variables["releasever"] == nil { variables["releasever"] = releasever }
    }

    /// All conditions are looked at, so that a broken one is an error even where another one is false already.
    private func holds(_ conditional: Includes.Conditional, file: FilePath) throws -> Bool {
        var result = true
        for condition in conditional.conditions {
            do {
                let isTrue = try Condition(condition.name).holds(variables)
                result = isTrue && result
            } catch {
                throw TreefileError(
                    file: file, line: condition.line, column: condition.column, message: error.message)
            }
        }
        return result
    }

    private static func externals(of manifest: Manifest, in treefile: FilePath) throws -> ManifestExternals {
        let directory = treefile.removingLastComponent()
        func resolve(_ name: String, _ key: String) throws -> FilePath {
            let path = directory.pushing(FilePath(name)).lexicallyNormalized()
            guard access(path.string, R_OK) == 0 else {
                throw TreefileError(
                    file: treefile, message: "key '\(key)': cannot open \(path): \(Errno(rawValue: errno))")
            }
            return path
        }
        var externals = ManifestExternals()
        externals.addFiles = try manifest.addFiles.map {
            .init(source: try resolve($0.source, "add-files"), destination: $0.destination)
        }
        if let script = manifest.postprocessScript {
            let path = try resolve(script, "postprocess-script")
            guard access(path.string, X_OK) == 0 else {
                throw TreefileError(
                    file: treefile, message: "postprocess-script must be executable: chmod +x \(path)")
            }
            externals.postprocessScript = path
        }
        externals.passwd = try manifest.checkPasswd?.filename.map { try resolve($0, "check-passwd") }
        externals.group = try manifest.checkGroups?.filename.map { try resolve($0, "check-groups") }
        let folder = directory.appending("finalize.d")
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.string)) ?? []
        externals.finalizeScripts = names.sorted().map { folder.appending($0) }.filter {
            access($0.string, X_OK) == 0
        }
        return externals
    }
}
