import Builds
import ContainerImage
import GLib
import HostSystem
import OSTree
import RPM
import SBOM
import SystemPackage

/// What `cosa import` was asked for.
public struct ImportStepOptions: Sendable {
    /// The build's id; nil for the version that the image's labels name.
    public var version: String?
    /// Import although the build exists; it is replaced.
    public var force = false
    /// A build to compare packages with, besides the latest.
    public var parentBuild: String?
    /// Keep old builds.
    public var skipPrune = false
    /// How registries are reached.
    public var registry = RegistryOptions()

    /// A plain `cosa import`.
    public init() {}
}

/// `cosa import`: makes a build of a container image.
public struct ImportStep: Sendable {
    private let directory: WorkingDirectory
    private let basearch: String
    private let options: ImportStepOptions
    private let reporter: Reporter

    private var store: BuildStore { BuildStore(directory) }

    /// An import into `directory` of an image for `basearch`.
    public init(_ directory: WorkingDirectory, basearch: String, options: ImportStepOptions, reporter: Reporter) {
        self.directory = directory
        self.basearch = basearch
        self.options = options
        self.reporter = reporter
    }

    /// Imports. An image that a build has already, by the digest of its manifest, is not imported again.
    ///
    /// - Throws: the error of what failed; `builds/` and the repository's refs are as before then.
    public func run(_ source: ImageSource) async throws -> BuildOutcome {
        var importOptions = ImportOptions(architecture: basearch)
        importOptions.registry = options.registry
        if !options.force, let digest = try await source.manifestDigest(importOptions),
            let id = try build(withManifest: digest)
        {
            return .unchanged(id, hash: digest)
        }
        let lock = try store.lockForBuilding()
        defer { withExtendedLifetime(lock) {} }
        let (fetchOptions, reporter) = (importOptions, reporter)
        reporter.note("Importing \(source)")
        return try await source.withImage(fetchOptions) { image in
            if !options.force, let id = try build(withManifest: image.manifestDigest) {
                return .unchanged(id, hash: image.manifestDigest)
            }
            let id = try version(of: image, source)
            if try store.contains(id, arch: basearch), !options.force {
                throw PipelineError(
                    "Build ID \(id) (\(basearch)) already exists, and \(source) is another image: --force replaces the "
                        + "build, --version gives the new one another id")
            }
            if try store.contains(id, arch: basearch) {
                try store.index().requireUntagged(id)
                reporter.note("Replacing build \(id) (--force)")
            }
            try await make(id, of: image, source, fetchOptions, lock)
            if !options.skipPrune { try publication.pruneOldBuilds(lock, reporter: reporter) }
            return .built(id)
        }
    }

    private var publication: BuildPublication {
        BuildPublication(store: store, basearch: basearch, parentBuild: options.parentBuild)
    }

    private func build(withManifest digest: String) throws -> String? {
        try store.index().builds.first { build in
            guard build.arches.contains(basearch) else { return false }
            return try store.metadata(build.id, arch: basearch).images["oci-manifest"].map { "sha256:\($0.sha256)" }
                == digest
        }?.id
    }

    private func version(of image: OCIImage, _ source: ImageSource) throws -> String {
        let labelled = image.labels["org.opencontainers.image.version"] ?? image.labels["version"]
        guard let version = options.version ?? labelled else {
            throw PipelineError(
                "\(source) has no label org.opencontainers.image.version to name the build by; give it an id with "
                    + "--version")
        }
        guard version.wholeMatch(of: /[A-Za-z0-9][A-Za-z0-9._+~-]*/) != nil else {
            throw PipelineError(
                "the version \"\(version)\" of \(source) cannot be a directory's name; give the build an id with "
                    + "--version")
        }
        return version
    }

    private func make(
        _ id: String, of image: OCIImage, _ source: ImageSource, _ importOptions: ImportOptions, _ lock: FileLock
    ) async throws {
        try FileContent.createDirectory(directory.buildScratch)
        defer { try? FileContent.remove(directory.buildScratch) }
        let name = image.labels["com.coreos.osname"] ?? "custom"
        let repository = try Repository.create(directory.repository, mode: .bareUser)
        var importOptions = importOptions
        // One image is remembered: the next import of the system reads only what changed since.
        importOptions.reference = "cosa-import:\(name)/\(basearch)"
        // A build that this one replaces keeps its commit by the build's ref until the new one is listed.
        let (request, pending) = (importOptions, "importing/\(id)/\(basearch)")
        let imported = try await reporter.step("Reading \(image.manifestDigest)") {
            try await ContainerImporter().importImage(image, into: repository, ref: pending, options: request)
        }
        do {
            try ContainerImporter().forgetUnusedLayers(in: repository)
            for path in imported.droppedPaths {
                reporter.note("Left out /\(path): a booted system shows /usr, /etc and /var only")
            }
            let packages = try ImportedPackages(
                imported.checksum, in: repository, scratch: directory.buildScratch)
            if packages.headers.isEmpty { reporter.note("\(source) has no package database: the lists are empty") }
            let archive = directory.buildScratch.appending("image.ociarchive")
            let written = try await reporter.step("Writing the OCI archive") {
                try await Blocking.run { try image.writeArchive(to: archive) }
            }
            let transaction = try store.begin(id, arch: basearch, replacing: options.force, lock: lock)
            try await publish(
                imported, image, source, packages,
                .init(path: archive, sha256: written.sha256, manifest: image.manifestBytes), repository, transaction)
            try repository.setRef("builds/\(id)/\(basearch)", to: imported.checksum)
            try repository.setRef(pending, to: nil)
        } catch {
            // Nothing of a build that failed stays reachable; one that is listed keeps its commit.
            let listed = try? store.metadata(id, arch: basearch).ostreeCommit
            if listed != imported.checksum { try? repository.setRef(pending, to: nil) }
            throw error
        }
    }

    private func publish(
        _ imported: ImportedCommit, _ image: OCIImage, _ source: ImageSource, _ packages: ImportedPackages,
        _ archive: BuildPublication.Image, _ repository: Repository, _ transaction: BuildTransaction
    ) async throws {
        let labels = image.labels
        let name = labels["com.coreos.osname"] ?? "custom"
        let commit = try repository.commit(imported.checksum)
        var metadata = BuildMetadata(
            buildID: transaction.build, name: name, ostreeCommit: imported.checksum,
            ostreeVersion: imported.version ?? transaction.build, ostreeTimestamp: commit.timestamp)
        metadata.basearch = basearch
        metadata.buildTimestamp = Timestamp.text(image.created ?? commit.timestamp)
        metadata.summary = labels["org.opencontainers.image.description"] ?? labels["org.opencontainers.image.title"]
        metadata.ostreeContentChecksum = try repository.contentChecksum(of: imported.checksum)
        metadata.inputHash = [labels["com.coreos.inputhash"], labels["rpmostree.inputhash"]].compactMap(\.self).first {
            $0.wholeMatch(of: /[0-9a-f]{64}/) != nil
        }
        metadata.ociLabels = labels
        metadata["coreos-assembler.oci-imported"] = true
        let revision = labels["org.opencontainers.image.revision"]
        if let origin = labels["org.opencontainers.image.source"], let revision {
            metadata.configGit = GitRevision(commit: revision, origin: origin, branch: nil, dirty: false)
        }
        var origin = BuildPublication.Origin(
            timestamp: commit.timestamp, stream: labels["com.coreos.stream"], configGitRevision: revision)
        origin.commitMetadata["ostree.linux"] = commit.metadata["ostree.linux"]?.string.map { .string($0) }
        let release = try repository.readFile("usr/lib/os-release", of: imported.checksum)
            .map { OSReleaseFile(String(decoding: $0, as: UTF8.self)) }
        var sideFile = SideFile()
        sideFile["manifest-digest"] = .string(image.manifestDigest)
        sideFile["imported-from"] = .string("\(source)")
        sideFile["layers-read"] = .integer(imported.readLayers.count)
        try await publication.publish(
            metadata, archive, packages: packages.lockfilePackages, origin: origin,
            bill: BillOfMaterials(
                name: name, version: transaction.build, arch: basearch, distribution: release?["ID"] ?? name,
                commit: imported.checksum, imageDigest: image.manifestDigest,
                created: Timestamp.text(image.created ?? commit.timestamp), toolVersion: ToolVersion.text,
                packages: packages.billPackages),
            sideFile: sideFile, in: transaction)
    }
}
