import Builds
import HostSystem
import SBOM
import SystemPackage

/// How the image of a build, made or imported, becomes a build of the store with all that lies beside it.
struct BuildPublication: Sendable {
    let store: BuildStore
    let basearch: String
    /// A build to compare packages with, besides the latest.
    let parentBuild: String?

    /// An OCI archive on the filesystem of `builds/`, and its manifest.
    struct Image: Sendable {
        let path: FilePath
        let sha256: String
        let manifest: [UInt8]
    }

    /// What the packages' files say besides the packages.
    struct Origin: Sendable {
        /// The time that the lockfile names, in seconds since 1970.
        var timestamp: Int64
        var stream: String?
        var configGitRevision: String?
        /// Further keys of commitmeta.json.
        var commitMetadata = JSONObject()
    }

    /// Puts the image, the lockfile, commitmeta.json and the bill of materials in place, then makes the build visible.
    func publish(
        _ metadata: BuildMetadata, _ image: Image, packages: [GeneratedLockfile.Package], origin: Origin,
        bill: BillOfMaterials, sideFile: SideFile, in transaction: BuildTransaction
    ) async throws {
        var metadata = metadata
        var sideFile = sideFile
        let name = metadata.name ?? "custom"
        let version = transaction.build
        let archive = Artifact.fileName(
            name: name, version: version, kind: "ostree", arch: basearch, suffix: "ociarchive")
        metadata.setImage(
            "ostree",
            try await Blocking.run {
                try transaction.place(image.path, as: archive, digest: image.sha256, skipCompression: true)
            })
        metadata.setImage(
            "oci-manifest",
            try transaction.write(
                image.manifest, as: Artifact.manifestFileName(name: name, version: version, arch: basearch),
                skipCompression: true))
        let lockfile = GeneratedLockfile(packages: packages, generated: origin.timestamp)
        try transaction.write(lockfile.bytes, as: GeneratedLockfile.fileName(arch: basearch))
        let commitMetadata = CommitMetadata(
            version: version, basearch: basearch, stream: origin.stream, configGitRevision: origin.configGitRevision,
            packages: packages, additional: origin.commitMetadata)
        try transaction.write(commitMetadata.bytes, as: CommitMetadata.fileName)
        try compare(packages, &metadata, with: transaction)
        try transaction.write(bill, listedIn: &sideFile)
        try transaction.commit(metadata, sideFile: sideFile)
    }

    /// The package differences to the latest other build and to the one that `--parent-build` names.
    private func compare(
        _ packages: [GeneratedLockfile.Package], _ metadata: inout BuildMetadata, with transaction: BuildTransaction
    ) throws {
        let others = try store.index().builds.filter { $0.id != transaction.build }
        if let latest = others.first(where: { $0.arches.contains(basearch) }) {
            metadata["pkgdiff"] = try PackageDifference(from: latest.id, in: store, arch: basearch, to: packages)?.json
        }
        if let parentBuild {
            let id = try store.resolve(parentBuild, arch: basearch)
            metadata["parent-pkgdiff"] = try PackageDifference(from: id, in: store, arch: basearch, to: packages)?.json
            metadata["fedora-coreos.parent-version"] = .string(id)
            metadata["fedora-coreos.parent-commit"] = try store.metadata(id, arch: basearch).ostreeCommit.map {
                .string($0)
            }
        }
    }

    /// Removes all but the three newest builds that have no tag.
    func pruneOldBuilds(_ lock: FileLock, reporter: Reporter) throws {
        let plan = try store.prunePlan(keepLast: 3)
        guard !plan.removed.isEmpty else { return }
        try store.prune(plan, lock: lock) { try CommitCleanup.run($0, in: store.directory) }
        reporter.note("Pruned \(plan.removed.map(\.id).joined(separator: ", "))")
    }
}
