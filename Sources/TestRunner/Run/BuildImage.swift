import Foundation
import HostSystem
import SystemPackage

/// A build's disk image for QEMU, and what is known about the build.
public struct BuildImage: Sendable, Equatable {
    /// The build's id.
    public let build: String
    /// The qcow2.
    public let path: FilePath
    /// The OS's version.
    public let version: String?
    /// The build's name, which is also its distribution.
    public let name: String?
    /// The stream, from the image's labels.
    public let stream: String?

    private struct Index: Decodable {
        struct Build: Decodable {
            let id: String
            let arches: [String]?
        }
        let builds: [Build]
    }

    private struct Metadata: Decodable {
        struct Image: Decodable { let path: String }
        let images: [String: Image]?
        let name: String?
        let version: String?
        let labels: [String: String]?

        enum CodingKeys: String, CodingKey {
            case images, name
            case version = "ostree-version"
            case labels = "coreos-assembler.oci-imported-labels"
        }
    }

    /// Finds the image of a build in a working directory of cosa.
    ///
    /// - Parameters:
    ///   - build: an id; `-1` for the one before the latest, and so on; nil for the latest.
    ///   - directory: the working directory.
    /// - Throws: ``TestRunnerError`` where there is no such build, or no qcow2 of it.
    public static func find(
        build: String? = nil, in directory: FilePath, architecture: String = "x86_64"
    ) throws -> BuildImage {
        let builds = directory.appending("builds")
        let index: Index = try read(
            builds.appending("builds.json"),
            missing: "No build found; run `cosa build`, or name an image with --qemu-image")
        let all = index.builds.filter { $0.arches?.contains(architecture) ?? true }.map(\.id)
        let chosen: String?
        if let build, build.hasPrefix("-"), let back = Int(build.dropFirst()) {
            chosen = all.dropFirst(back).first
        } else if let build, build != "latest" {
            chosen = all.first { $0 == build }
        } else {
            chosen = all.first
        }
        guard let chosen else {
            throw TestRunnerError(nil, "No build found: there is no build \(build ?? "") in \(builds)")
        }
        let folder = builds.appending(chosen).appending(architecture)
        let metadata: Metadata = try read(
            folder.appending("meta.json"), missing: "the build is incomplete; build it again")
        guard let image = metadata.images?["qemu"]?.path else {
            throw TestRunnerError(nil, "build \(chosen) has no image for QEMU; run `cosa buildextend-qemu`")
        }
        return BuildImage(
            build: chosen, path: folder.appending(image), version: metadata.version ?? chosen, name: metadata.name,
            stream: metadata.labels?["com.coreos.stream"])
    }

    private static func read<Value: Decodable>(_ path: FilePath, missing: String) throws -> Value {
        guard FileContent.exists(path) else { throw TestRunnerError(path.string, missing) }
        do {
            return try JSONDecoder().decode(Value.self, from: Data(try FileContent.read(path)))
        } catch let error as DecodingError {
            throw TestRunnerError(path.string, "not the file that it should be: \(error)")
        }
    }
}
