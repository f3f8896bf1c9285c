import Builds
import Ignition
import SystemPackage

/// An image of a build that machines boot from, and what is known about the build.
public struct BuildImage: Sendable, Equatable {
    /// What machines boot from.
    public enum Kind: String, Sendable {
        /// The disk image for QEMU.
        case disk = "qemu"
        /// The disk image with sectors of 4,096 bytes.
        case largeSectors = "metal4k"
        /// The live ISO.
        case liveISO = "live-iso"
    }

    /// The build's id.
    public let build: String
    /// The qcow2 or the ISO.
    public let path: FilePath
    /// The live ISO; nil where the build has none.
    public let liveISO: FilePath?
    /// What live tests boot and install.
    public let live: LiveArtifacts
    /// The OS as a container image, an OCI archive; nil where the build has none.
    public let containerArchive: FilePath?
    /// The OS's version.
    public let version: String?
    /// The build's name, which is also its distribution.
    public let name: String?
    /// The stream, from the image's labels.
    public let stream: String?
    /// The newest spec that its Ignition takes; nil where the build's packages do not say.
    public var ignitionSpec: SpecVersion?

    /// Finds the image of a build in a working directory of cosa.
    ///
    /// - Parameters:
    ///   - build: an id or a tag; `-1` for the build before the latest, and so on; nil for the latest.
    ///   - directory: the working directory.
    ///   - kind: the image that is needed.
    /// - Throws: ``BuildsError`` or ``TestRunnerError`` where there is no such build, or no such image of it.
    public static func find(
        build: String? = nil, in directory: FilePath, architecture: String = "x86_64", kind: Kind = .disk
    ) throws -> BuildImage {
        let store = BuildStore(WorkingDirectory(root: directory))
        let id = try identifier(of: build, in: store, architecture: architecture)
        let metadata = try store.metadata(id, arch: architecture)
        func path(_ name: String) -> FilePath? {
            metadata.images[name].map { store.path(id, arch: architecture).appending($0.path) }
        }
        guard let image = path(kind.rawValue) else {
            switch kind {
            case .disk:
                throw TestRunnerError(nil, "build \(id) has no image for QEMU; run `cosa buildextend-qemu`")
            case .largeSectors:
                throw TestRunnerError(
                    nil, "build \(id) has no image with sectors of 4,096 bytes; run `cosa buildextend-metal4k`")
            case .liveISO:
                throw TestRunnerError(nil, "build \(id) has no live ISO; name one with --qemu-iso")
            }
        }
        if metadata.images[kind.rawValue]?.uncompressedSHA256 != nil {
            throw TestRunnerError(
                nil, "\(image) is compressed; run `cosa decompress --build \(id) --artifact \(kind.rawValue)` first")
        }
        let packages = packages(of: store.path(id, arch: architecture))
        let live = LiveArtifacts(
            build: id,
            files: LiveArtifacts.Kind.allCases.reduce(into: [:]) { files, kind in files[kind] = path(kind.rawValue) },
            hasCoreOSInstaller: packages.contains { $0.first == "coreos-installer" })
        return BuildImage(
            build: id, path: image, liveISO: path(Kind.liveISO.rawValue), live: live, containerArchive: path("ostree"),
            version: metadata.ostreeVersion ?? id, name: metadata.name, stream: metadata.ociLabels["com.coreos.stream"],
            ignitionSpec: ignitionSpec(of: packages))
    }

    /// The id that `build` means: an id, a tag, or `-1` for the build before the latest.
    static func identifier(of build: String?, in store: BuildStore, architecture: String) throws -> String {
        guard let build, build.hasPrefix("-"), let back = Int(build.dropFirst()) else {
            return try store.resolve(build, arch: architecture)
        }
        let complete = try store.index().builds.filter { $0.arches.contains(architecture) }
        guard let found = complete.dropFirst(back).first else {
            throw TestRunnerError("--build \(build)", "there are only \(complete.count) builds for \(architecture)")
        }
        return found.id
    }

    /// The newest build before another one that has an image for QEMU.
    ///
    /// - Throws: ``TestRunnerError`` where there is none.
    public static func parent(of build: String, in directory: FilePath, architecture: String) throws -> String {
        let store = BuildStore(WorkingDirectory(root: directory))
        let ids = try store.index().builds.filter { $0.arches.contains(architecture) }.map(\.id)
        let older = ids.drop { $0 != build }.dropFirst()
        let found = older.first { (try? store.metadata($0, arch: architecture))?.images["qemu"] != nil }
        guard let found else {
            throw TestRunnerError(
                nil, "there is no build before \(build) with an image for QEMU; name the old image with --qemu-image")
        }
        return found
    }

    /// The newest spec that the package `ignition` takes.
    private static func ignitionSpec(of packages: [[String]]) -> SpecVersion? {
        packages.first { $0.first == "ignition" }?.dropFirst(2).first.flatMap(SpecVersion.newest(ofIgnition:))
    }

    /// The packages of a build: name, epoch, version, release and architecture of each. A build without that list says nothing.
    private static func packages(of folder: FilePath) -> [[String]] {
        let metadata = try? JSONFile.read(folder.appending(CommitMetadata.fileName))
        return (metadata?["rpmostree.rpmdb.pkglist"]?.array ?? []).compactMap { $0.array?.map { $0.string ?? "" } }
    }
}
