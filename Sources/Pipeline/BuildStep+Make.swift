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
        try await publish(plan, commit, image, in: transaction)
        try? FileContent.remove(directory.buildScratch)
    }

    private func composeRequest(_ plan: BuildPlan, _ packages: [DownloadedPackage]) throws -> ComposeRequest {
        let configuration = plan.configuration
        var manifest = configuration.manifest
        manifest.manifest.ref = plan.ref
        var metadata: [String: ConfigValue] = ["version": .string(plan.version)]
        if let commit = plan.configCommit { metadata["coreos-assembler.config-gitrev"] = .string(commit.commit) }
        metadata["coreos-assembler.basearch"] = .string(basearch)
        var extraFiles = try LiveConfiguration.extraFiles(configuration.live)
        extraFiles["usr/share/coreos-assembler/image.json"] = Array(try configuration.image.json.prettyJSON.utf8)
        extraFiles["usr/share/coreos-assembler/platforms.json"] = Array(
            try configuration.platforms.json(basearch: basearch).prettyJSON.utf8)
        return ComposeRequest(
            manifest: manifest, packages: packages, layers: configuration.layers, version: plan.version,
            timestamp: plan.timestamp, basearch: basearch, cacheRepository: directory.packageCacheRepository,
            targetRepository: directory.repository, workDirectory: directory.buildScratch.appending("compose"),
            initramfsCache: directory.initramfsCache,
            extraFiles: extraFiles,
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
        _ plan: BuildPlan, _ commit: ComposedCommit, _ image: EncapsulatedImage, in transaction: BuildTransaction
    ) async throws {
        var metadata = BuildMetadata(
            buildID: plan.version, name: plan.configuration.name, ostreeCommit: commit.checksum,
            ostreeVersion: commit.version, ostreeTimestamp: commit.timestamp)
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
        try await publication.publish(
            metadata, .init(path: image.path, sha256: image.sha256, manifest: image.manifest),
            packages: commit.packages.map(GeneratedLockfile.Package.init),
            origin: .init(
                timestamp: plan.timestamp, stream: plan.configuration.stream,
                configGitRevision: plan.configCommit?.commit),
            bill: BillOfMaterials(plan, commit, image, in: Repository.open(directory.repository)),
            sideFile: SideFile(plan, commit, image), in: transaction)
    }

    var publication: BuildPublication {
        BuildPublication(store: store, basearch: basearch, parentBuild: options.parentBuild)
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
