import Builds
import Compose
import ContainerImage
import GLib
import HostSystem
import OSTree
import SBOM

extension BillOfMaterials {
    /// What a build is made of.
    ///
    /// - Throws: `GLibError` where the commit cannot be read.
    init(_ plan: BuildPlan, _ commit: ComposedCommit, _ image: EncapsulatedImage, in repository: Repository) throws {
        let checksums = Dictionary(
            plan.packages.packages.map { ($0.nevra, $0.checksum) }, uniquingKeysWith: { first, _ in first })
        let release = try repository.readFile("usr/lib/os-release", of: commit.checksum)
            .map { OSReleaseFile(String(decoding: $0, as: UTF8.self)) }
        self.init(
            name: plan.configuration.name, version: plan.version, arch: plan.configuration.basearch,
            distribution: release?["ID"] ?? plan.configuration.name, commit: commit.checksum,
            imageDigest: image.manifestDigest, created: Timestamp.text(plan.timestamp),
            toolVersion: ToolVersion.text,
            packages: commit.packages.map { BillPackage($0, checksum: checksums[$0.nevra]) })
    }
}

extension BillPackage {
    /// A package of a composed tree.
    ///
    /// - Parameter checksum: that of the package's file, as `<type>:<hex>`.
    init(_ package: ComposedPackage, checksum: String?) {
        self.init(
            name: package.name, epoch: package.epoch, version: package.version, release: package.release,
            arch: package.arch, sourceRPM: package.sourceRPM, license: package.license, vendor: package.vendor,
            summary: package.summary, homepage: package.homepage,
            sha256: checksum.flatMap { $0.hasPrefix("sha256:") ? String($0.dropFirst("sha256:".count)) : nil })
    }
}

extension BuildTransaction {
    /// Puts both documents of a bill of materials beside the build, and lists them in its side file under `sbom`.
    ///
    /// - Throws: `BuildsError`.
    func write(_ bill: BillOfMaterials, listedIn sideFile: inout SideFile) throws {
        let documents = [
            ("spdx", "spdx.json", try SPDXDocument(bill).bytes()),
            ("cyclonedx", "cdx.json", try CycloneDXDocument(bill).bytes()),
        ]
        var entries = JSONObject()
        for (format, suffix, bytes) in documents {
            let name = Artifact.fileName(
                name: bill.name, version: bill.version, kind: "ostree", arch: bill.arch, suffix: suffix)
            entries[format] = try JSONValue(encoding: try write(bytes, as: name))
        }
        sideFile[SideFile.billOfMaterials] = .object(entries)
    }
}
