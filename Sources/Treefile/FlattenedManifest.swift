import Foundation
import HostSystem
import SystemPackage

/// A treefile with everything that it includes, merged into one manifest.
public struct FlattenedManifest: Sendable {
    /// The merged manifest, variables replaced.
    public var manifest: Manifest
    /// The directory of the top treefile; `.repo` files and `overlay.d` are beside it.
    public var directory: FilePath
    /// The files that the treefiles name.
    public var externals: ManifestExternals
    /// Every treefile that was read, the top one first.
    public var files: [FilePath]

    /// Reads a treefile and what it includes.
    ///
    /// - Parameters:
    ///   - path: the top treefile; `.yaml` and `.yml` are YAML, `.ks` is kickstart, anything else JSON.
    ///   - basearch: the architecture to flatten for, such as `x86_64`.
    ///   - purpose: what the treefile is for; it decides which keys it may have.
    ///   - variables: values that win over what any treefile defines.
    /// - Throws: ``TreefileError`` with file, line, column and key.
    public static func load(
        _ path: FilePath, basearch: String, purpose: TreefilePurpose = .compose,
        variables: [String: ConfigValue] = [:]
    ) throws -> FlattenedManifest {
        var loader = TreefileLoader(basearch: basearch, purpose: purpose, variables: variables)
        var (manifest, externals) = try loader.load(path, depth: 0)
        manifest.settleRepoPackages()
        manifest.substitute(loader.variables)
        if manifest.machineIDCompat == false, !manifest.units.isEmpty {
            throw TreefileError(
                file: path,
                message: "'units' directive is incompatible with machineid-compat = false; use presets for units")
        }
        externals.finalizeScripts.sort { ($0.lastComponent?.string ?? "") < ($1.lastComponent?.string ?? "") }
        return FlattenedManifest(
            manifest: manifest, directory: path.removingLastComponent(), externals: externals, files: loader.files)
    }

    /// SHA-256, in hex, over everything here that shapes a build.
    ///
    /// How the treefiles are split, ordered or commented does not count, what they flatten to does: the merged
    /// manifest, repository variables, and content and executability of each external file. Unlike rpm-ostree's, it
    /// covers `metadata` (which is written into the image) and `finalize.d`.
    /// - Throws: `Errno` where an external file cannot be read.
    public func checksum() throws -> String {
        var digest = Digest()
        digest.update(field: try manifest.json.compactJSON)
        digest.update(field: try ConfigValue.object(manifest.repovars.mapValues(ConfigValue.string)).compactJSON)
        func add(_ role: String, _ path: FilePath) throws {
            digest.update(field: role)
            digest.update(field: access(path.string, X_OK) == 0 ? "executable" : "plain")
            digest.update(field: try Digest.ofFile(path))
        }
        for file in externals.addFiles { try add("add-files \(file.destination)", file.source) }
        if let script = externals.postprocessScript { try add("postprocess-script", script) }
        if let file = externals.passwd { try add("passwd", file) }
        if let file = externals.group { try add("group", file) }
        for script in externals.finalizeScripts { try add("finalize \(script.lastComponent?.string ?? "")", script) }
        return digest.finish()
    }
}

/// Files named by treefiles, each resolved against the directory of the treefile that names it.
public struct ManifestExternals: Sendable, Equatable {
    /// A file or directory to copy into the tree.
    public struct AddedSource: Sendable, Equatable {
        /// The file of the configuration.
        public var source: FilePath
        /// The path in the tree, as in `add-files`.
        public var destination: String
    }

    /// The sources of `add-files`, in the order of ``Manifest/addFiles``.
    public var addFiles: [AddedSource] = []
    /// The closest `postprocess-script`.
    public var postprocessScript: FilePath?
    /// The closest file of `check-passwd`.
    public var passwd: FilePath?
    /// The closest file of `check-groups`.
    public var group: FilePath?
    /// Executables of `finalize.d` directories beside the treefiles, by file name.
    public var finalizeScripts: [FilePath] = []

    mutating func merge(included: ManifestExternals) {
        addFiles = included.addFiles + addFiles
        postprocessScript = postprocessScript ?? included.postprocessScript
        passwd = passwd ?? included.passwd
        group = group ?? included.group
        let names = Set(included.finalizeScripts.map(\.lastComponent))
        finalizeScripts = included.finalizeScripts + finalizeScripts.filter { !names.contains($0.lastComponent) }
    }
}
