import Builds
import ContainerImage
import DiskImage
import Foundation
import HostSystem
import SystemPackage
import Treefile

/// Derives a build's images for platforms, and publishes them.
struct PlatformStep: Sendable {
    /// The key in `cosa.json` of what Amazon's import of the image for `aws` is told.
    static let amazonImport = "aws-import"

    let store: BuildStore
    let basearch: String
    let reporter: Reporter
    let build: String
    let metadata: BuildMetadata
    let image: ImageConfig
    let scratch: FilePath
    /// What writes the boot record of images for s390x.
    let zipl: ZiplHook?

    /// A platform and the raw image that its own is derived from, or why there is none.
    struct Job: Sendable {
        let platform: Platform
        let raw: Result<RawImage, any Error>
    }

    /// Makes and publishes the image of one platform.
    ///
    /// - Throws: `BuildsError`, `DiskImageError`, `ContainerImageError` and the errors of the tools.
    func run(_ job: Job) async throws -> DiskStep.Result {
        let platform = job.platform
        let raw = try job.raw.get()
        let name = metadata.name ?? "custom"
        func fileName(_ suffix: String) -> String {
            Artifact.fileName(name: name, version: build, kind: platform.name, arch: basearch, suffix: suffix)
        }
        let artifactName = fileName(platform.suffix)
        let output = store.scratchPath(artifactName, in: build, arch: basearch)
        let container = ContainerDisk(
            fileName: fileName(ImageFormat.qcow2.suffix), basearch: basearch, version: build,
            timestamp: raw.timestamp)
        let builder = PlatformImageBuilder(
            machine: MachineDescription(name: name, summary: metadata.summary, version: build, image: image),
            zipl: zipl
        ) { try await container.write($0, to: $1) }
        return try await reporter.step("\(platform.name): \(platform.suffix)") {
            defer { unlink(output.string) }
            let digest = try await builder.derive(platform, from: raw, to: output, workDirectory: scratch)
            let artifact = try await Blocking.run {
                try noteImport(platform, raw)
                return try store.publish(
                    output, as: artifactName, image: platform.name, of: build, arch: basearch, digest: digest,
                    skipCompression: platform.skipCompression ? true : nil)
            }
            let path = store.path(build, arch: basearch).appending(artifact.path)
            if raw.bootLoader == .zipl, zipl == nil {
                reporter.note(
                    "\(platform.name) does not boot before zipl has written its boot record: name a program that runs "
                        + "zipl in \(ZiplHook.variable) (docs/boot-loaders.md)")
            }
            reporter.note("Successfully generated: \(path)")
            return DiskStep.Result(platform: platform.name, path: path.string, isNew: true)
        }
    }

    private func noteImport(_ platform: Platform, _ raw: RawImage) throws {
        guard platform.name == "aws" else { return }
        let value = try JSONValue(
            encoding: AmazonImport(image.aws, basearch: basearch, diskSize: max(raw.cloudSize, raw.size)))
        try store.updateSideFile(build, arch: basearch) { $0[Self.amazonImport] = value }
    }
}
