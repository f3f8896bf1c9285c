import Builds
import Compose
import ContainerImage
import Foundation
import HostSystem
import Packages
import SystemPackage
import Treefile

/// A working directory's configuration for one architecture, read and checked: everything that a build takes from
/// `src/` and `overrides/`.
struct Configuration: Sendable {
    let directory: WorkingDirectory
    let basearch: String
    let variant: String?
    let manifest: FlattenedManifest
    let image: ImageConfig
    let platforms: PlatformsTable
    /// The repositories that `.repo` files define, beside the manifest and in `src/yumrepos`.
    let repositories: [RepositoryConfig]
    /// Lockfiles that exist, in the order in which later ones override earlier ones.
    let lockfiles: [FilePath]
    /// File overlays: `overlay.d` as the manifest's `ostree-layers` name them, `overrides/rootfs` last.
    let layers: [OverlayLayer]

    /// Reads the configuration.
    ///
    /// - Throws: ``TreefileError``, ``PackagesError``, `BuildsError`, ``PipelineError``.
    static func load(_ directory: WorkingDirectory, basearch: String) throws -> Configuration {
        let manifest = try FlattenedManifest.load(try directory.configFile("manifest"), basearch: basearch)
        let platforms = directory.config.appending("platforms.yaml")
        let image = try ImageConfig.load(try directory.configFile("image"))
        // What the image cannot be is told before anything is built.
        _ = try ImageOptions(image)
        return Configuration(
            directory: directory, basearch: basearch, variant: try directory.variant(), manifest: manifest,
            image: image,
            platforms: FileContent.exists(platforms) ? try PlatformsTable.load(platforms) : PlatformsTable(),
            repositories: try repositories(directory, manifest, basearch: basearch),
            lockfiles: lockfiles(in: directory.config, basearch: basearch), layers: try layers(directory, manifest))
    }

    /// The boot loaders' configurations for live images; it need not be there.
    var live: FilePath { directory.config.appending("live") }

    /// The operating system's name: first part of file names, name of the deployments.
    var name: String {
        manifest.manifest.metadata["name"]?.text ?? manifest.manifest.rojig?.name ?? "custom"
    }

    /// One line that says what the system is.
    var summary: String? { manifest.manifest.metadata["summary"]?.text ?? manifest.manifest.rojig?.summary }

    /// The update stream, where the manifest names one.
    var stream: String? {
        manifest.manifest.metadata["stream"]?.text ?? manifest.manifest.addCommitMetadata["fedora-coreos.stream"]?.text
    }

    private static func repositories(
        _ directory: WorkingDirectory, _ manifest: FlattenedManifest, basearch: String
    ) throws -> [RepositoryConfig] {
        var variables = manifest.manifest.repovars
        variables["basearch"] = basearch
        if let release = manifest.manifest.releaseVersion { variables["releasever"] = release }
        return try RepositoryFile.load(
            directories: [manifest.directory, directory.yumRepos].filter(FileContent.isDirectory), variables: variables)
    }

    /// The lockfiles in the folder of a manifest.
    static func lockfiles(in folder: FilePath, basearch: String) -> [FilePath] {
        [
            "manifest-lock.\(basearch).json", "manifest-lock.overrides.yaml",
            "manifest-lock.overrides.\(basearch).yaml",
        ].map { folder.appending($0) }.filter(FileContent.exists)
    }

    private static func layers(_ directory: WorkingDirectory, _ manifest: FlattenedManifest) throws -> [OverlayLayer] {
        var layers: [OverlayLayer] = []
        let named = manifest.manifest.ostreeLayers.map { ($0, false) }
        let replacing = manifest.manifest.ostreeOverrideLayers.map { ($0, true) }
        for (name, replaces) in named + replacing {
            let short = name.hasPrefix("overlay/") ? String(name.dropFirst("overlay/".count)) : name
            let path = directory.config.appending("overlay.d/\(short)")
            guard FileContent.isDirectory(path) else {
                throw PipelineError(
                    "key 'ostree-layers': there is no folder \(path) for the layer '\(name)'; make it or take the entry out"
                )
            }
            layers.append(OverlayLayer(name: name, path: path, replaces: replaces))
        }
        if FileContent.names(in: directory.overrideRootFS).contains(where: { $0 != ".gitkeep" }) {
            layers.append(OverlayLayer(name: "overrides/rootfs", path: directory.overrideRootFS, replaces: true))
        }
        return layers
    }
}
