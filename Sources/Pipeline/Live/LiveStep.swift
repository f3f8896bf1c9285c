import Builds
import Deployment
import DiskImage
import Foundation
import HostSystem
import LiveBuild
import OSTree
import SystemPackage

/// `cosa buildextend-live`: the live ISO image of a build, and what boots the same system from the network.
public struct LiveStep: Sendable {
    /// The platform's name on the command line.
    public static let platform = "live"

    private let store: BuildStore
    private let basearch: String
    private let toolVersion: String
    private let reporter: Reporter
    private let freeSpace: Int64?
    private let disks: DiskStep
    private let raws: RawImages

    /// Live images of the builds in `directory`.
    ///
    /// - Parameters:
    ///   - backend: what writes an xfs or btrfs root of the images that the installer writes; nil for what works.
    ///   - freeSpace: the free bytes where the builds are; nil asks the file system.
    public init(
        _ directory: WorkingDirectory, basearch: String, toolVersion: String, reporter: Reporter,
        backend: FilesystemBackend? = nil, freeSpace: Int64? = nil
    ) {
        store = BuildStore(directory)
        (self.basearch, self.toolVersion) = (basearch, toolVersion)
        (self.reporter, self.freeSpace) = (reporter, freeSpace)
        disks = DiskStep(
            directory, basearch: basearch, toolVersion: toolVersion, reporter: reporter, backend: backend,
            freeSpace: freeSpace)
        raws = RawImages(
            store: store, basearch: basearch, toolVersion: toolVersion, reporter: reporter, backend: backend)
    }

    /// Makes the images where they are not there yet, and the disks that they install where those are missing.
    ///
    /// - Parameters:
    ///   - build: an id, a tag, or nil for the newest build.
    ///   - force: make them again.
    /// - Returns: the four images, in the order of ``LiveArtifact``.
    /// - Throws: ``PipelineError``, `BuildsError`, `FreeSpaceError`, `LiveImageError`, `DiskImageError` and the errors of the
    ///   tools; what was published before stays.
    public func run(build: String?, force: Bool) async throws -> [DiskStep.Result] {
        let id = try store.resolve(build, arch: basearch)
        if !force, let results = try existing(id) {
            reporter.note("The live images of \(id) have already been built")
            return results
        }
        try check(id)
        _ = try await disks.run(
            platforms: InstallableDisk.platforms(basearch: basearch), build: id, force: false)
        let locks = store.directory.temporary.appending("lock")
        try FileContent.createDirectory(locks)
        let lock = try FileLock(locks.appending("disk.lock"), wait: true)
        defer { withExtendedLifetime(lock) {} }
        try FileContent.remove(scratch)
        try FileContent.createDirectory(scratch)
        defer { try? FileContent.remove(scratch) }
        return try await make(id)
    }

    private var scratch: FilePath { store.directory.temporary.appending("disk/live") }

    private func existing(_ build: String) throws -> [DiskStep.Result]? {
        let images = try store.metadata(build, arch: basearch).images
        let results = LiveArtifact.allCases.compactMap { artifact in
            images[artifact.rawValue].map { image in
                DiskStep.Result(
                    platform: artifact.rawValue,
                    path: store.path(build, arch: basearch).appending(image.path).string, isNew: false)
            }
        }
        return results.count == LiveArtifact.allCases.count ? results : nil
    }

    /// Finds out what is missing before anything is made.
    private func check(_ build: String) throws {
        guard let checksum = try store.metadata(build, arch: basearch).ostreeCommit else { return }
        let commit = OSTreeCommitFiles(try Repository.open(store.directory.repository), commit: checksum)
        try ISOBootBuilder.menu(of: LiveConfiguration.files(of: commit), basearch: basearch)
    }

    private func make(_ build: String) async throws -> [DiskStep.Result] {
        let metadata = try store.metadata(build, arch: basearch)
        let inputs = try raws.inputs(build, metadata)
        // The filesystem of the root and the ISO image, each about the disk's content compressed, with what it installs.
        let content = metadata.images["metal"]?.uncompressedSize ?? metadata.images["metal"]?.size ?? 0
        try FreeSpace.require(content * 3, at: scratch, for: "live", available: freeSpace)
        let title = LiveRequest.volumeID(name: metadata.name ?? "custom", version: build)
        return try await reporter.step("Live images of \(build)") {
            let request = try await request(inputs, title)
            let outputs = LiveOutputs(
                iso: output(.iso), kernel: output(.kernel), initramfs: output(.initramfs), rootfs: output(.rootfs))
            try await LiveImageBuilder(creator: toolVersion, progress: reporter.output).build(request, to: outputs)
            let (name, step) = (metadata.name ?? "custom", self)
            return try await Blocking.run {
                try LiveArtifact.allCases.map { try step.publish($0, of: build, name: name) }
            }
        }
    }

    private func output(_ artifact: LiveArtifact) -> FilePath { scratch.appending(artifact.rawValue) }

    private func publish(_ artifact: LiveArtifact, of build: String, name: String) throws -> DiskStep.Result {
        let fileName = Artifact.fileName(
            name: name, version: build, kind: artifact.rawValue, arch: basearch, suffix: artifact.suffix)
        let image = try store.publish(
            output(artifact), as: fileName, image: artifact.rawValue, of: build, arch: basearch,
            skipCompression: true)
        let path = store.path(build, arch: basearch).appending(image.path)
        reporter.note("Successfully generated: \(path)")
        return DiskStep.Result(platform: artifact.rawValue, path: path.string, isNew: true)
    }

    private func request(_ inputs: RawImages.Inputs, _ volumeID: String) async throws -> LiveRequest {
        var disk = try raws.request(inputs, sectorSize: 512)
        disk.workDirectory = scratch.appending("deployment")
        try FileContent.createDirectory(disk.workDirectory)
        let commit = OSTreeCommitFiles(try Repository.open(disk.repository), commit: disk.commit)
        let boot = try await ISOBootBuilder(
            basearch: basearch, commit: commit, timestamp: disk.timestamp, workDirectory: disk.workDirectory
        ).build(LiveConfiguration.files(of: commit), volumeID: volumeID)
        guard let filesystem = LiveFilesystem(rawValue: inputs.image.liveRootFilesystem) else {
            throw PipelineError("image.yaml: there is no live-rootfs-fstype '\(inputs.image.liveRootFilesystem)'")
        }
        var request = LiveRequest(
            system: try await LiveSystem(disk), features: try LiveConfiguration.features(of: commit),
            version: inputs.build, volumeID: volumeID, filesystem: filesystem,
            filesystemOptions: inputs.image.liveRootOptions?.split(separator: " ").map(String.init), boot: boot,
            timestamp: disk.timestamp, seed: disk.commit, workDirectory: scratch)
        try await addDisks(to: &request, of: inputs, commit)
        return request
    }

    /// Adds what the installer of the OS writes without a network.
    private func addDisks(
        to request: inout LiveRequest, of inputs: RawImages.Inputs, _ commit: OSTreeCommitFiles
    ) async throws {
        let disks = try InstallableDisk.all(of: inputs.metadata, basearch: basearch)
        guard try OsmetFiles.areRead(by: commit) else {
            let images = InstallableImages(store: store, basearch: basearch, reporter: reporter)
            let made = try await images.make(disks, of: inputs.build)
            return try images.add(made, to: &request.system.root, timestamp: request.timestamp)
        }
        reporter.output("Packing the disks for coreos-installer")
        let files = OsmetFiles(
            disks: disks, build: store.path(inputs.build, arch: basearch), creator: toolVersion, basearch: basearch)
        let (root, scratch) = (request.system.root, scratch)
        request.osmets = try await Blocking.run { try files.make(root, commit: commit, scratch: scratch) }
    }
}
