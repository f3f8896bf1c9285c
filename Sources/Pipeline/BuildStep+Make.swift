import Builds
import Compose
import ContainerImage
import HostSystem
import OSTree
import Packages
import SBOM
import SystemPackage
import Treefile

extension BuildStep {
    /// Does the work of a build and puts it into the store.
    func make(_ plan: BuildPlan, resolution: Resolution, lock: FileLock) async throws {
        try FileContent.createDirectory(directory.buildScratch)
        let size = plan.packages.packages.reduce(0) { $0 + $1.size } >> 20
        let packages = try await reporter.step("Downloading \(plan.packages.packages.count) packages (\(size) MiB)") {
            try await resolution.download(plan.packages)
        }
        let commit = try await reporter.step("Composing \(plan.ref) \(plan.version)") {
            try await Composer(reporter: reporter).compose(try composeRequest(plan, packages))
        }
        try keep(commit, of: plan)
        let transaction = try store.begin(plan.version, arch: basearch, lock: lock)
        let name = plan.configuration.name
        let archive = Artifact.fileName(
            name: name, version: plan.version, kind: "ostree", arch: basearch, suffix: "ociarchive")
        let image = try await reporter.step("Encapsulating \(commit.checksum.prefix(12)) as an OCI archive") {
            try await Encapsulator().encapsulate(
                encapsulation(plan, commit, output: transaction.scratchPath(archive)))
        }
        try await publish(plan, commit, image, archiveName: archive, in: transaction)
        try? FileContent.remove(directory.buildScratch)
    }

    private func composeRequest(_ plan: BuildPlan, _ packages: [DownloadedPackage]) throws -> ComposeRequest {
        let configuration = plan.configuration
        var manifest = configuration.manifest
        manifest.manifest.ref = plan.ref
        var metadata: [String: ConfigValue] = ["version": .string(plan.version)]
        if let commit = plan.configCommit { metadata["coreos-assembler.config-gitrev"] = .string(commit.commit) }
        metadata["coreos-assembler.basearch"] = .string(basearch)
        return ComposeRequest(
            manifest: manifest, packages: packages, layers: configuration.layers, version: plan.version,
            timestamp: plan.timestamp, basearch: basearch, cacheRepository: directory.packageCacheRepository,
            targetRepository: directory.repository, workDirectory: directory.buildScratch.appending("compose"),
            initramfsCache: directory.initramfsCache,
            extraFiles: [
                "usr/share/coreos-assembler/image.json": Array(try configuration.image.json.prettyJSON.utf8),
                "usr/share/coreos-assembler/platforms.json": Array(
                    try configuration.platforms.json(basearch: basearch).prettyJSON.utf8),
            ],
            metadata: metadata, inputHash: plan.inputHash)
    }

    /// Gives the commit a ref of this build: the treefile's ref moves on, and what no ref names is pruned.
    private func keep(_ commit: ComposedCommit, of plan: BuildPlan) throws {
        let repository = try Repository.open(directory.repository)
        try repository.transaction {
            repository.transactionSetRef("builds/\(plan.version)/\(basearch)", to: commit.checksum)
        }
    }

    private func encapsulation(
        _ plan: BuildPlan, _ commit: ComposedCommit, output: FilePath
    ) throws -> EncapsulationRequest {
        var labels = [
            "com.coreos.inputhash": plan.inputHash, "com.coreos.osname": plan.configuration.name,
            "containers.bootc": "1",
        ]
        labels["com.coreos.stream"] = plan.configuration.stream
        // A checkout without a remote has only its path for an origin, which says nothing elsewhere.
        labels["org.opencontainers.image.source"] = plan.configCommit.map(\.origin).flatMap {
            $0.hasPrefix("/") ? nil : $0
        }
        labels["org.opencontainers.image.revision"] = plan.configCommit?.commit
        var options = try ImageOptions(plan.configuration.image)
        options.labels.merge(labels) { mine, _ in mine }
        return EncapsulationRequest(
            repository: directory.repository, commit: commit.checksum,
            components: try CommitPackages.components(
                of: commit.checksum, in: try Repository.open(directory.repository), scratch: directory.buildScratch),
            options: options, architecture: basearch, output: output,
            workDirectory: directory.buildScratch.appending("container"),
            layerCache: ContainerStep.layerCache(directory))
    }

    private func publish(
        _ plan: BuildPlan, _ commit: ComposedCommit, _ image: EncapsulatedImage, archiveName: String,
        in transaction: BuildTransaction
    ) async throws {
        let name = plan.configuration.name
        var metadata = BuildMetadata(
            buildID: plan.version, name: name, ostreeCommit: commit.checksum, ostreeVersion: commit.version,
            ostreeTimestamp: commit.timestamp)
        metadata.setImage(
            "ostree",
            try await Blocking.run {
                try transaction.place(image.path, as: archiveName, digest: image.sha256, skipCompression: true)
            })
        metadata.setImage(
            "oci-manifest",
            try transaction.write(
                image.manifest,
                as: Artifact.manifestFileName(name: name, version: plan.version, arch: basearch),
                skipCompression: true))
        metadata.ostreeContentChecksum = commit.contentChecksum
        metadata.ref = plan.ref
        metadata.summary = plan.configuration.summary
        metadata.inputHash = plan.inputHash
        metadata.basearch = basearch
        metadata.buildTimestamp = Timestamp.text(plan.timestamp)
        metadata.configVariant = plan.configuration.variant
        metadata.configGit = plan.configCommit
        metadata.overridesActive = !FileContent.names(in: directory.overrideRPMs).filter { $0.hasSuffix(".rpm") }
            .isEmpty
        metadata.ociLabels = image.labels
        let lockfile = GeneratedLockfile(
            packages: commit.packages.map(GeneratedLockfile.Package.init), generated: plan.timestamp)
        try transaction.write(lockfile.bytes, as: GeneratedLockfile.fileName(arch: basearch))
        let commitMetadata = CommitMetadata(
            version: plan.version, basearch: basearch, stream: plan.configuration.stream,
            configGitRevision: plan.configCommit?.commit, packages: lockfile.packages)
        try transaction.write(commitMetadata.bytes, as: CommitMetadata.fileName)
        try compare(plan, lockfile.packages, &metadata)
        var sideFile = try SideFile(plan, commit, image)
        try transaction.write(
            BillOfMaterials(plan, commit, image, in: Repository.open(directory.repository)), listedIn: &sideFile)
        try transaction.commit(metadata, sideFile: sideFile)
    }

    /// The package differences to the latest build and to the one that `--parent-build` names.
    private func compare(
        _ plan: BuildPlan, _ packages: [GeneratedLockfile.Package], _ metadata: inout BuildMetadata
    ) throws {
        if let latest = try store.latest(arch: basearch) {
            metadata["pkgdiff"] = try PackageDifference(from: latest.id, in: store, arch: basearch, to: packages)?.json
        }
        if let parent = options.parentBuild {
            let id = try store.resolve(parent, arch: basearch)
            metadata["parent-pkgdiff"] = try PackageDifference(from: id, in: store, arch: basearch, to: packages)?.json
            metadata["fedora-coreos.parent-version"] = .string(id)
            metadata["fedora-coreos.parent-commit"] = try store.metadata(id, arch: basearch).ostreeCommit.map {
                .string($0)
            }
        }
    }
}

extension GeneratedLockfile.Package {
    /// A package of the tree as a lockfile names it.
    init(_ package: ComposedPackage) {
        self.init(
            name: package.name, epoch: package.epoch, version: package.version, release: package.release,
            arch: package.arch, sourceRPM: package.sourceRPM)
    }
}
