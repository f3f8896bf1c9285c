import Foundation
import HostSystem
import SystemPackage

/// What `cosa init` is asked to make.
public struct Initialization: Sendable, Hashable {
    /// A path or a git URL.
    public var configuration: String
    /// The branch or tag to clone; nil for the default one.
    public var branch: String?
    /// The commit to check out; nil for the branch's last.
    public var commit: String?
    /// The variant (`manifest-<variant>.yaml`); nil for none.
    public var variant: String?
    /// The git URL of repository definitions; nil for none.
    public var yumRepos: String?
    /// The branch of `yumRepos`.
    public var yumReposBranch: String?
    /// True makes the directory although something is in it.
    public var force = false
    /// True marks it as one that is thrown away after use, so that nothing needs to be kept for the next build.
    public var transient = false

    /// A working directory for a configuration.
    public init(configuration: String) { self.configuration = configuration }

    /// Makes the working directory.
    ///
    /// - Throws: ``BuildsError``, `CommandError` from git; what was made is removed again then.
    public func run(in root: FilePath) async throws -> WorkingDirectory {
        let directory = WorkingDirectory(root: root)
        let existing = FileContent.names(in: directory.root)
        guard existing.isEmpty || force else {
            throw BuildsError("\(directory.root) is not empty (\(existing[0])); use an empty directory, or --force")
        }
        if FileContent.exists(directory.config) || FileContent.linkTarget(directory.config) != nil {
            throw BuildsError("\(directory.config) exists; remove it to initialise \(directory.root) again")
        }
        do {
            try await make(directory)
        } catch {
            let made = Set(FileContent.names(in: directory.root)).subtracting(existing)
            for name in made { try? FileContent.remove(directory.root.appending(name)) }
            if existing.contains("src") { try? removeSources(directory) }
            throw error
        }
        return directory
    }

    private func make(_ directory: WorkingDirectory) async throws {
        let source = try await configurationSource()
        try createDirectories([directory.root.appending("src")])
        switch source {
        case .path(let path): try link(directory.config, to: path)
        case .url(let url): try await clone(url, branch: branch, commit: commit, to: directory.config)
        }
        try checkConfiguration(directory)
        if let yumRepos {
            try await clone(yumRepos, branch: yumReposBranch, commit: nil, to: directory.yumRepos)
        }
        if let variant {
            try JSONFile.write(["coreos-assembler.config-variant": .string(variant)], to: directory.configJSON)
        }
        try createDirectories([directory.cache, directory.builds, directory.temporary])
        if case .path(let path) = source, let overrides = Self.checkoutOverrides(of: path),
            !FileContent.exists(directory.root.appending("overrides"))
        {
            try link(directory.root.appending("overrides"), to: overrides)
        } else {
            try createDirectories([directory.overrideRPMs, directory.overrideRootFS])
        }
        if transient { try createEmptyFile(directory.transientMarker) }
    }

    private enum Source { case path(FilePath), url(String) }

    private func configurationSource() async throws -> Source {
        if configuration.contains("://") || configuration.wholeMatch(of: /[^\/]+@[^\/]+:.+/) != nil {
            return .url(configuration)
        }
        let path = WorkingDirectory(root: FilePath(configuration)).root
        guard FileContent.isDirectory(path) else {
            throw BuildsError("the configuration \(path) is not a directory; give a directory's path or a git URL")
        }
        guard branch == nil, commit == nil else {
            throw BuildsError(
                "--branch and --commit need a git URL; \(path) is linked as it is (file://\(path) is cloned)")
        }
        return .path(path)
    }

    private func checkConfiguration(_ directory: WorkingDirectory) throws {
        for stem in ["manifest", "image"] {
            let name = WorkingDirectory.configFileName(stem, "yaml", variant: variant)
            guard FileContent.exists(directory.config.appending(name)) else {
                throw BuildsError("the configuration \(configuration) has no \(name)" + variantHint(directory, stem))
            }
        }
    }

    private func variantHint(_ directory: WorkingDirectory, _ stem: String) -> String {
        let variants = FileContent.names(in: directory.config)
            .filter { $0.hasPrefix("\(stem)-") && $0.hasSuffix(".yaml") && !$0.hasPrefix("manifest-lock") }
            .map { String($0.dropFirst(stem.count + 1).dropLast(5)) }
        return variants.isEmpty ? "" : "; its variants (-V) are: \(variants.joined(separator: ", "))"
    }

    private func clone(_ url: String, branch: String?, commit: String?, to destination: FilePath) async throws {
        var arguments = ["clone", "--quiet", "--depth=1", "--recurse-submodules", "--shallow-submodules"]
        if let branch { arguments += ["--branch", branch] }
        do {
            try await git(arguments + ["--", url, destination.string])
        } catch let error as CommandError where error.status != nil {
            // git ends with advice; its first fatal line is the cause.
            let lines = error.detail.split(separator: "\n").filter { $0.hasPrefix("fatal: ") }
            let cause = lines.first.map { String($0.dropFirst("fatal: ".count)) } ?? error.description
            throw BuildsError("cannot clone \(url): \(cause)")
        }
        guard let commit else { return }
        do {
            try await git(["-C", destination.string, "fetch", "--quiet", "--depth=1", "origin", commit])
        } catch is CommandError {
            // Not every server gives a commit by its name; its history has it.
            try await git(["-C", destination.string, "fetch", "--quiet", "--unshallow", "origin"])
        }
        try await git(["-C", destination.string, "checkout", "--quiet", "--detach", commit])
        try await git([
            "-C", destination.string, "submodule", "--quiet", "update", "--init", "--recursive", "--depth=1",
        ])
    }

    private func git(_ arguments: [String]) async throws {
        try await Command("git", arguments, environment: ["GIT_TERMINAL_PROMPT": "0"]).run()
    }

    /// The overrides of the source checkout that a configuration `<checkout>/manifests/<os>` belongs to.
    private static func checkoutOverrides(of configuration: FilePath) -> FilePath? {
        let parent = configuration.removingLastComponent()
        let overrides = parent.removingLastComponent().appending("overrides")
        guard parent.lastComponent?.string == "manifests", FileContent.isDirectory(overrides.appending("rpm")),
            FileContent.isDirectory(overrides.appending("rootfs"))
        else { return nil }
        return overrides
    }

    private func link(_ path: FilePath, to target: FilePath) throws {
        guard symlink(target.string, path.string) == 0 else {
            throw BuildsError("cannot link \(path) to \(target): \(Errno(rawValue: errno))")
        }
    }

    private func createDirectories(_ paths: [FilePath]) throws {
        for path in paths {
            do {
                try FileContent.createDirectory(path)
            } catch {
                throw BuildsError("cannot make \(path): \(error)")
            }
        }
    }

    private func createEmptyFile(_ path: FilePath) throws {
        do {
            try AtomicFile.write([], to: path)
        } catch {
            throw BuildsError("cannot write \(path): \(error)")
        }
    }

    private func removeSources(_ directory: WorkingDirectory) throws {
        for path in [directory.config, directory.yumRepos, directory.configJSON] { try FileContent.remove(path) }
    }
}
