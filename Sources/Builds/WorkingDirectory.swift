import Foundation
import HostSystem
import SystemPackage

/// The directory that one operating system is built in, laid out as coreos-assembler lays it out.
public struct WorkingDirectory: Sendable, Hashable {
    /// The directory itself, absolute.
    public let root: FilePath

    /// The directory at `root`, whether or not it is one; ``open(_:)`` checks that.
    public init(root: FilePath) {
        let absolute = root.isAbsolute ? root : FilePath(FileManager.default.currentDirectoryPath).pushing(root)
        self.root = absolute.lexicallyNormalized()
    }

    /// The working directory at `root`.
    ///
    /// - Throws: ``BuildsError`` naming what is missing where it is none.
    public static func open(_ root: FilePath) throws -> WorkingDirectory {
        let directory = WorkingDirectory(root: root)
        for required in [directory.config, directory.builds] where !FileContent.isDirectory(required) {
            let name = required.string.dropFirst(directory.root.string.count + 1)
            throw BuildsError(
                "\(directory.root) is not a working directory: \(name) is missing; run `cosa init CONFIG` in an empty one"
            )
        }
        return directory
    }

    /// The configuration: manifest, image.yaml, overlays. A git clone or a symbolic link.
    public var config: FilePath { root.appending("src/config") }
    /// `src/config.json`, which names the variant.
    public var configJSON: FilePath { root.appending("src/config.json") }
    /// Repository definitions that do not belong to the configuration.
    public var yumRepos: FilePath { root.appending("src/yumrepos") }
    /// Packages that win over those of the repositories.
    public var overrideRPMs: FilePath { root.appending("overrides/rpm") }
    /// Files that are laid over the finished tree.
    public var overrideRootFS: FilePath { root.appending("overrides/rootfs") }
    /// What may be thrown away and made again, at the price of time.
    public var cache: FilePath { root.appending("cache") }
    /// The imported packages, a bare-user OSTree repository.
    public var packageCacheRepository: FilePath { cache.appending("pkgcache-repo") }
    /// Downloaded repository metadata.
    public var repositoryMetadata: FilePath { cache.appending("rpmmd") }
    /// Parsed repository metadata.
    public var solvCache: FilePath { cache.appending("solv") }
    /// Downloaded packages.
    public var packages: FilePath { cache.appending("rpms") }
    /// Initial RAM disks by the digest of what went into them.
    public var initramfsCache: FilePath { cache.appending("initramfs") }
    /// Scratch space, and the repository of commits.
    public var temporary: FilePath { root.appending("tmp") }
    /// The composed commits, a bare-user OSTree repository.
    public var repository: FilePath { temporary.appending("repo") }
    /// Scratch space of the one running build.
    public var buildScratch: FilePath { temporary.appending("build") }
    /// The logs of the verbs.
    public var logs: FilePath { temporary.appending("log") }
    /// The builds.
    public var builds: FilePath { root.appending("builds") }
    /// The list of builds.
    public var buildsJSON: FilePath { builds.appending("builds.json") }
    /// The symbolic link to the newest build.
    public var latest: FilePath { builds.appending("latest") }
    /// The marker of `cosa init --transient`.
    public var transientMarker: FilePath { temporary.appending("cosa-transient") }

    /// The directory of one build's artifacts for one architecture.
    public func buildDirectory(_ build: String, _ arch: String) -> FilePath {
        builds.appending(build).appending(arch)
    }

    /// The configuration's variant; nil where there is none.
    ///
    /// - Throws: ``BuildsError`` for a `src/config.json` that cannot be read.
    public func variant() throws -> String? {
        try JSONFile.readIfPresent(configJSON)?["coreos-assembler.config-variant"]?.string
    }

    /// The path of one of the configuration's files, by variant: `manifest.yaml`, or `manifest-<variant>.yaml`.
    ///
    /// - Throws: ``BuildsError`` for a `src/config.json` that cannot be read.
    public func configFile(_ stem: String, _ suffix: String = "yaml") throws -> FilePath {
        config.appending(Self.configFileName(stem, suffix, variant: try variant()))
    }

    static func configFileName(_ stem: String, _ suffix: String, variant: String?) -> String {
        variant.map { "\(stem)-\($0).\(suffix)" } ?? "\(stem).\(suffix)"
    }
}

/// Names of processor architectures.
public enum Architecture {
    /// This machine's, as RPM and coreos-assembler name it (`x86_64`, `aarch64`).
    public static var current: String {
        var name = utsname()
        guard uname(&name) == 0 else { return "x86_64" }
        return withUnsafeBytes(of: &name.machine) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    }
}
