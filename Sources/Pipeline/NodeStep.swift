import Builds
import ContainerImage
import Foundation
import HostSystem
import NodeImage
import OSTree
import Packages
import RPM
import SystemPackage
import Treefile

/// `cosa buildextend-node`: the base image of a build with one more layer of packages, or the word that nothing changed.
public struct NodeStep: Sendable {
    private let store: BuildStore
    private let basearch: String
    private let toolVersion: String
    private let reporter: Reporter

    /// The image's key under `images` in meta.json, the step's name in cosa.json, and a part of the file's name.
    private static let name = "node"
    private static let requestStep = "node-request"

    /// Node images of the builds in `directory`.
    public init(_ directory: WorkingDirectory, basearch: String, toolVersion: String, reporter: Reporter) {
        store = BuildStore(directory)
        self.basearch = basearch
        self.toolVersion = toolVersion
        self.reporter = reporter
    }

    private var directory: WorkingDirectory { store.directory }
    private var scratch: FilePath { directory.temporary.appending("node") }

    /// Everything that is settled before packages are resolved.
    private struct Plan {
        let build: String
        let metadata: BuildMetadata
        let image: OCIImage
        let base: NodeBase
        let configuration: Configuration
        let source: PackageSource
        let lockfile: Lockfile
    }

    /// Makes the image.
    ///
    /// - Throws: ``PipelineError``, `TreefileError`, `PackagesError`, `ContainerImageError`, `ComposeError` and the errors
    ///   of the tools; what was published before stays.
    public func run(_ options: NodeOptions) async throws -> NodeOutcome {
        let lock = try FileLock(directory.temporary.appending("lock/node.lock"), wait: true)
        defer { withExtendedLifetime(lock) {} }
        defer { try? FileContent.remove(scratch) }
        let build = try store.resolve(options.build, arch: basearch)
        let metadata = try store.metadata(build, arch: basearch)
        let source = try source(options, build, metadata)
        var importOptions = ImportOptions(architecture: basearch)
        importOptions.registry = options.registry
        if options.base != nil { reporter.note("Base image: \(source)") }
        return try await source.withImage(importOptions) { image in
            try await run(options, build, metadata, on: image)
        }
    }

    private func run(
        _ options: NodeOptions, _ build: String, _ metadata: BuildMetadata, on image: OCIImage
    ) async throws -> NodeOutcome {
        let base = try NodeBase(repository: directory.repository, commit: try await commit(of: image))
        let configuration = try Configuration.loadNode(directory, options: options, base: base, basearch: basearch)
        let plan = Plan(
            build: build, metadata: metadata, image: image, base: base, configuration: configuration,
            source: PackageSource(configuration), lockfile: try Lockfile.load(configuration.lockfiles))
        if options.fetch {
            try await reporter.step("Fetching metadata") { try await plan.source.refresh(reporter) }
        }
        if let unchanged = try unchanged(plan, options, Self.requestStep, try request(plan, options)) {
            return unchanged
        }
        let basePackages = try await Blocking.run { [scratch] in
            try plan.base.packages(scratch: scratch.appending("rpmdb"))
        }
        let resolution = Resolution(plan.configuration, source: plan.source, reporter: reporter)
        let packages = try await resolution.run(
            lockfile: plan.lockfile, strict: options.strict, base: basePackages)
        // What was fetched is part of the request: metadata may have been downloaded just now.
        let request = try request(plan, options)
        let inputs = try inputs(plan, options, packages)
        if let unchanged = try unchanged(plan, options, Self.name, inputs) {
            try store.updateSideFile(plan.build, arch: basearch) {
                $0.setInputDigest(request.value, of: Self.requestStep)
            }
            return unchanged
        }
        let size = packages.packages.reduce(0) { $0 + $1.size } >> 20
        let downloaded = try await reporter.step("Downloading \(packages.packages.count) packages (\(size) MiB)") {
            try await resolution.download(packages)
        }
        let node = try await make(plan, basePackages, downloaded)
        return try await publish(node, plan, packages, request: request, inputs: inputs)
    }

    private func source(_ options: NodeOptions, _ build: String, _ metadata: BuildMetadata) throws -> ImageSource {
        if let reference = options.base {
            // A plain path is an archive's.
            return try FileContent.exists(FilePath(reference))
                ? .ociArchive(FilePath(reference)) : ImageSource(reference)
        }
        guard let image = metadata.images["ostree"] else {
            throw PipelineError("build \(build) has no container image to add to; name one with --from")
        }
        return .ociArchive(store.path(build, arch: basearch).appending(image.path))
    }

    /// The commit with the tree that containers of the image show; made where it is not in the repository yet.
    private func commit(of image: OCIImage) async throws -> String {
        let repository = try Repository.create(directory.repository, mode: .bareUser)
        if let commit = image.wholeCommit, try repository.contains(.commit, commit) { return commit }
        let ref = "\(CommitCleanup.bases)\(image.manifestDigest.dropFirst("sha256:".count))"
        if let commit = try repository.resolve(ref) { return commit }
        return try await reporter.step("Importing the base image") {
            try await ContainerImporter().importImage(
                image, into: repository, ref: ref, options: ImportOptions(architecture: basearch)
            ).checksum
        }
    }

    private func request(_ plan: Plan, _ options: NodeOptions) throws -> InputDigest {
        var digest = try inputs(plan, options, nil)
        let repositories = try plan.source.repositories()
        digest.add(
            "metadata",
            text: plan.source.cache.isFetched(repositories) ? try plan.source.cache.digest(repositories) : "not fetched"
        )
        return digest
    }

    private func inputs(_ plan: Plan, _ options: NodeOptions, _ packages: PackageSet?) throws -> InputDigest {
        var digest = try plan.configuration.digest(autolock: nil, strict: options.strict, toolVersion: toolVersion)
        digest.add("base", text: plan.image.manifestDigest)
        digest.add("compression", text: try LayerCompression(plan.image.compressor).identity)
        digest.add("name", text: "\(name(plan)) \(plan.build)")
        if let packages {
            digest.add("packages", text: packages.packages.map { "\($0.nevra) \($0.checksum)\n" }.joined())
        }
        return digest
    }

    private func unchanged(
        _ plan: Plan, _ options: NodeOptions, _ step: String, _ digest: InputDigest
    ) throws -> NodeOutcome? {
        guard !options.force, let image = plan.metadata.images[Self.name],
            try store.sideFile(plan.build, arch: basearch).inputDigest(of: step) == digest.value
        else { return nil }
        let path = store.path(plan.build, arch: basearch).appending(image.path)
        guard FileContent.exists(path) else { return nil }
        reporter.note("\(Self.name) image already exists, and its inputs are unchanged: \(path)")
        return NodeOutcome(build: plan.build, path: path.string, isNew: false)
    }

    private func name(_ plan: Plan) -> String {
        plan.configuration.manifest.manifest.metadata["name"]?.text ?? "\(plan.metadata.name ?? "custom")-\(Self.name)"
    }

    private func make(
        _ plan: Plan, _ basePackages: [PackageHeader], _ packages: [DownloadedPackage]
    ) async throws -> BuiltNode {
        let newest = packages.map(\.package.buildTime).max() ?? 0
        let base = plan.image.created ?? 0
        let fileName = Artifact.fileName(
            name: plan.metadata.name ?? "custom", version: plan.build, kind: Self.name, arch: basearch,
            suffix: "ociarchive")
        let request = NodeImageRequest(
            image: plan.image, base: plan.base, basePackages: basePackages, manifest: plan.configuration.manifest,
            packages: packages, name: name(plan), version: plan.build,
            timestamp: try Timestamp.sourceDateEpoch() ?? max(newest, base),
            cacheRepository: directory.packageCacheRepository, workDirectory: scratch,
            compression: try LayerCompression(plan.image.compressor),
            output: store.scratchPath(fileName, in: plan.build, arch: basearch))
        return try await reporter.step("Adding \(packages.count) packages to \(plan.base.commit.prefix(12))") {
            try await NodeImageBuilder(reporter: reporter).build(request)
        }
    }

    private func publish(
        _ node: BuiltNode, _ plan: Plan, _ packages: PackageSet, request: InputDigest, inputs: InputDigest
    ) async throws -> NodeOutcome {
        let image = node.image
        let fileName = Artifact.fileName(
            name: plan.metadata.name ?? "custom", version: plan.build, kind: Self.name, arch: basearch,
            suffix: "ociarchive")
        let artifact = try await Blocking.run { [store, basearch] in
            try store.publish(
                image.path, as: fileName, image: Self.name, of: plan.build, arch: basearch, digest: image.sha256,
                skipCompression: true)
        }
        var details = JSONObject()
        details["manifest-digest"] = .string(image.manifestDigest)
        details["base-manifest-digest"] = .string(plan.image.manifestDigest)
        details["base-commit"] = .string(plan.base.commit)
        details["layer"] = try JSONValue(encoding: image.layer)
        details["packages"] = .array(packages.packages.map { .string($0.nevra) })
        details["compose"] = try JSONValue(encoding: node.statistics)
        try store.updateSideFile(plan.build, arch: basearch) { side in
            side[Self.name] = .object(details)
            side.setInputDigest(request.value, of: Self.requestStep)
            side.setInputDigest(inputs.value, of: Self.name)
        }
        let path = store.path(plan.build, arch: basearch).appending(artifact.path)
        reporter.note("Successfully generated: \(path)")
        return NodeOutcome(build: plan.build, path: path.string, isNew: true)
    }
}
