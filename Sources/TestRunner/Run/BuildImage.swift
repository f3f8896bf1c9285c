import Builds
import SystemPackage

/// An image of a build that machines boot from, and what is known about the build.
public struct BuildImage: Sendable, Equatable {
    /// What machines boot from.
    public enum Kind: String, Sendable {
        /// The disk image for QEMU.
        case disk = "qemu"
        /// The live ISO.
        case liveISO = "live-iso"
    }

    /// The build's id.
    public let build: String
    /// The qcow2 or the ISO.
    public let path: FilePath
    /// The live ISO; nil where the build has none.
    public let liveISO: FilePath?
    /// The OS as a container image, an OCI archive; nil where the build has none.
    public let containerArchive: FilePath?
    /// The OS's version.
    public let version: String?
    /// The build's name, which is also its distribution.
    public let name: String?
    /// The stream, from the image's labels.
    public let stream: String?

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
        let id: String
        if let build, build.hasPrefix("-"), let back = Int(build.dropFirst()) {
            let complete = try store.index().builds.filter { $0.arches.contains(architecture) }
            guard let found = complete.dropFirst(back).first else {
                throw TestRunnerError("--build \(build)", "there are only \(complete.count) builds for \(architecture)")
            }
            id = found.id
        } else {
            id = try store.resolve(build, arch: architecture)
        }
        let metadata = try store.metadata(id, arch: architecture)
        func path(_ name: String) -> FilePath? {
            metadata.images[name].map { store.path(id, arch: architecture).appending($0.path) }
        }
        guard let image = path(kind.rawValue) else {
            switch kind {
            case .disk:
                throw TestRunnerError(nil, "build \(id) has no image for QEMU; run `cosa buildextend-qemu`")
            case .liveISO:
                throw TestRunnerError(nil, "build \(id) has no live ISO; name one with --qemu-iso")
            }
        }
        return BuildImage(
            build: id, path: image, liveISO: path(Kind.liveISO.rawValue), containerArchive: path("ostree"),
            version: metadata.ostreeVersion ?? id, name: metadata.name, stream: metadata.ociLabels["com.coreos.stream"])
    }
}
