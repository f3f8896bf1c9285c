import Builds
import DiskImage
import Foundation
import HostSystem
import SystemPackage

/// `cosa buildextend-<platform>`: disk images of a build, all derived from one raw image for each size of sectors.
public struct DiskStep: Sendable {
    private let store: BuildStore
    private let basearch: String
    private let raws: RawImages
    private let reporter: Reporter
    private let freeSpace: Int64?

    /// Disk images of the builds in `directory`.
    ///
    /// - Parameters:
    ///   - backend: what writes an xfs or btrfs root; nil for what works.
    ///   - freeSpace: the free bytes where the builds are; nil asks the file system.
    public init(
        _ directory: WorkingDirectory, basearch: String, toolVersion: String, reporter: Reporter,
        backend: FilesystemBackend? = nil, freeSpace: Int64? = nil
    ) {
        store = BuildStore(directory)
        self.basearch = basearch
        self.reporter = reporter
        self.freeSpace = freeSpace
        raws = RawImages(
            store: store, basearch: basearch, toolVersion: toolVersion, reporter: reporter, backend: backend)
    }

    /// The names of an architecture's platforms, for help and completion.
    public static func platforms(basearch: String) -> [String] { Platform.all(for: basearch).map(\.name) }

    /// One image and how it came about.
    public struct Result: Sendable, Codable {
        /// The platform.
        public var platform: String
        /// The file, absolute.
        public var path: String
        /// False where it was there already.
        public var isNew: Bool
    }

    /// Makes the images that are not there yet, as many at a time as there are processors. Each is published as soon as
    /// it is done; one that fails does not keep the others from being made.
    ///
    /// - Parameters:
    ///   - build: an id, a tag, or nil for the newest build.
    ///   - force: make those that are there again, from a raw image that is new too.
    ///   - genprotimgVM: for `qemu-secex`, the image of a virtual machine with genprotimg.
    ///   - hostKey: for `qemu-secex`, the key document of the host.
    /// - Returns: what there is now, in the order of `names`.
    /// - Throws: ``PipelineError``, `BuildsError`, `FreeSpaceError`, `DiskImageError` and the errors of the tools; what was published
    ///   before stays.
    public func run(
        platforms names: [String], build: String?, force: Bool, genprotimgVM: String? = nil, hostKey: String? = nil
    ) async throws -> [Result] {
        var platforms: [Platform] = []
        let secureExecution = try SecureExecution(
            hostArchitecture: Architecture.current, machineImage: genprotimgVM, hostKey: hostKey)
        for name in names {
            let platform = try Platform.named(name, basearch: basearch)
            if let requirement = platform.requirement(secureExecution) {
                throw DiskImageError.cannotBeMade(platform: name, requires: requirement)
            }
            if !platforms.contains(platform) { platforms.append(platform) }
        }
        let id = try store.resolve(build, arch: basearch)
        let metadata = try store.metadata(id, arch: basearch)
        let locks = store.directory.temporary.appending("lock")
        try FileContent.createDirectory(locks)
        let lock = try FileLock(locks.appending("disk.lock"), wait: true)
        defer { withExtendedLifetime(lock) {} }
        // With the lock held, what is there is of a run that was killed.
        try FileContent.remove(scratch)
        store.removeLeftovers(of: id, arch: basearch)

        let images = force ? [:] : try store.metadata(id, arch: basearch).images
        var results: [String: Result] = [:]
        for platform in platforms {
            if let image = images[platform.name] {
                let path = store.path(id, arch: basearch).appending(image.path)
                reporter.note("\(platform.name) image already exists: \(path)")
                reporter.note("Removing \(platform.name) from list of platforms to build")
                results[platform.name] = Result(platform: platform.name, path: path.string, isNew: false)
            } else {
                reporter.note("Will build \(platform.name)")
            }
        }
        let missing = platforms.filter { results[$0.name] == nil }
        if missing.isEmpty {
            reporter.note("All requested platforms have already been built")
        } else {
            for result in try await make(missing, build: id, metadata, force: force) {
                results[result.platform] = result
            }
        }
        return platforms.compactMap { results[$0.name] }
    }

    private var scratch: FilePath { store.directory.temporary.appending("disk/derive") }

    /// What writes the boot record of the images.
    private var zipl: ZiplHook? {
        get throws { basearch == "s390x" ? try ZiplHook.named() : nil }
    }

    private func make(
        _ platforms: [Platform], build: String, _ metadata: BuildMetadata, force: Bool
    ) async throws -> [Result] {
        let zipl = try zipl
        let inputs = try raws.inputs(build, metadata)
        try checkSpace(for: platforms, build: build, inputs, content: nil)
        var images: [Int: Swift.Result<RawImage, any Error>] = [:]
        let sizes = Set(platforms.map(\.sectorSize)).sorted()
        for size in sizes {
            do {
                images[size] = .success(try await raws.image(inputs, sectorSize: size, force: force))
            } catch {
                // It is no platform's failure, and all of them would repeat it.
                if sizes.count == 1 { throw error }
                images[size] = .failure(error)
            }
        }
        let content = try images.values.compactMap { try? $0.get() }.map { try $0.allocatedSize }.max()
        if let content { try checkSpace(for: platforms, build: build, inputs, content: content) }
        let derivation = PlatformStep(
            store: store, basearch: basearch, reporter: reporter, build: build, metadata: metadata,
            image: inputs.image, scratch: scratch, zipl: zipl)
        let jobs = platforms.compactMap { platform in
            images[platform.sectorSize].map { PlatformStep.Job(platform: platform, raw: $0) }
        }
        return try await PlatformQueue(limit: ProcessInfo.processInfo.activeProcessorCount).run(jobs) {
            try await derivation.run($0)
        }
    }

    /// - Parameter content: the bytes that the raw image takes; nil where it has to be made, too, and nobody knows.
    private func checkSpace(
        for platforms: [Platform], build: String, _ inputs: RawImages.Inputs, content: Int64?
    ) throws {
        var known = content
        if known == nil { known = try raws.kept(inputs, sectorSize: 512)?.allocatedSize }
        // Container images hold the same files, compressed to a third or less.
        let estimate = known ?? (inputs.metadata.images["ostree"]?.size ?? 0) * 4
        let hasHook = try zipl != nil
        let raw = known == nil ? estimate * (raws.isStaged(inputs) ? 2 : 1) : 0
        let needed = platforms.reduce(raw) { $0 + $1.estimatedSpace(content: estimate, hasHook: hasHook) }
        let names = platforms.map(\.name).joined(separator: ", ")
        try FreeSpace.require(needed, at: store.path(build, arch: basearch), for: names, available: freeSpace)
    }
}
