import Foundation
import Testing

@testable import SBOM

@Suite struct SBOMTests {
    static let bill = BillOfMaterials(
        name: "demo", version: "1.2", arch: "x86_64", distribution: "demo", commit: String(repeating: "c", count: 64),
        imageDigest: "sha256:" + String(repeating: "d", count: 64), created: "2026-08-17T12:00:00Z", toolVersion: "9",
        packages: [
            BillPackage(
                name: "libstdc++", epoch: 1, version: "12.2~rc1", release: "3.el9", arch: "x86_64",
                sourceRPM: "gcc-12.2~rc1-3.el9.src.rpm", license: "GPL-3.0-or-later WITH GCC-exception-3.1",
                vendor: "The Builders", summary: "A \"library\"", homepage: "https://gcc.gnu.org/",
                sha256: String(repeating: "a", count: 64)),
            BillPackage(
                name: "bash", epoch: 0, version: "5.2", release: "1", arch: "x86_64", license: "GPLv3+ and (MIT or BSD)"
            ),
        ])

    private func object(_ bytes: [UInt8]) throws -> [String: Any] {
        try #require(try JSONSerialization.jsonObject(with: Data(bytes)) as? [String: Any])
    }

    @Test func spdxNamesSystemAndPackages() throws {
        let document = try object(SPDXDocument(Self.bill).bytes())
        #expect(document["spdxVersion"] as? String == "SPDX-2.3")
        let packages = try #require(document["packages"] as? [[String: Any]])
        #expect(packages.map { $0["name"] as? String } == ["demo", "bash", "libstdc++"])
        #expect(packages[0]["primaryPackagePurpose"] as? String == "OPERATING-SYSTEM")
        let library = packages[2]
        #expect(library["versionInfo"] as? String == "1:12.2~rc1-3.el9")
        #expect(library["licenseDeclared"] as? String == "GPL-3.0-or-later WITH GCC-exception-3.1")
        #expect(library["supplier"] as? String == "Organization: The Builders")
        let reference = try #require((library["externalRefs"] as? [[String: Any]])?.first)
        #expect(
            reference["referenceLocator"] as? String
                == "pkg:rpm/demo/libstdc%2B%2B@12.2~rc1-3.el9?arch=x86_64&epoch=1&upstream=gcc-12.2~rc1-3.el9.src.rpm")
        let relationships = try #require(document["relationships"] as? [[String: String]])
        #expect(
            relationships.map { $0["relationshipType"] } == ["DESCRIBES", "CONTAINS", "CONTAINS"])
        let elements = Set(packages.compactMap { $0["SPDXID"] as? String })
        #expect(relationships.allSatisfy { elements.contains($0["relatedSpdxElement"] ?? "") })
    }

    @Test func wordsThatSPDXDoesNotKnowAreReferences() throws {
        let document = try object(SPDXDocument(Self.bill).bytes())
        let packages = try #require(document["packages"] as? [[String: Any]])
        #expect(packages[1]["licenseDeclared"] as? String == "LicenseRef-RPM-GPLv3- AND (MIT OR LicenseRef-RPM-BSD)")
        let extracted = try #require(document["hasExtractedLicensingInfos"] as? [[String: String]])
        #expect(extracted.map { $0["licenseId"] } == ["LicenseRef-RPM-BSD", "LicenseRef-RPM-GPLv3-"])
        #expect(extracted[1]["extractedText"] == "The RPM package says of its licence: GPLv3+")
    }

    @Test func cycloneDXHasTheSamePackages() throws {
        let document = try object(CycloneDXDocument(Self.bill).bytes())
        #expect(document["bomFormat"] as? String == "CycloneDX")
        #expect(document["specVersion"] as? String == "1.5")
        let components = try #require(document["components"] as? [[String: Any]])
        #expect(components.map { $0["name"] as? String } == ["bash", "libstdc++"])
        let licenses = components.map { ($0["licenses"] as? [[String: Any]])?.first }
        #expect((licenses[0]?["license"] as? [String: String])?["name"] == "GPLv3+ and (MIT or BSD)")
        #expect(licenses[1]?["expression"] as? String == "GPL-3.0-or-later WITH GCC-exception-3.1")
        let references = Set(components.compactMap { $0["bom-ref"] as? String })
        let dependencies = try #require(document["dependencies"] as? [[String: Any]])
        #expect(Set(try #require(dependencies.first?["dependsOn"] as? [String])) == references)
        #expect((document["serialNumber"] as? String)?.wholeMatch(of: /urn:uuid:[0-9a-f-]{36}/) != nil)
    }

    @Test func theSameSystemHasTheSameBytesWhateverTheOrder() throws {
        var other = Self.bill
        other.packages.reverse()
        let again = BillOfMaterials(
            name: other.name, version: other.version, arch: other.arch, distribution: other.distribution,
            commit: other.commit, imageDigest: other.imageDigest, created: other.created,
            toolVersion: other.toolVersion, packages: other.packages)
        #expect(try SPDXDocument(again).bytes() == SPDXDocument(Self.bill).bytes())
        #expect(try CycloneDXDocument(again).bytes() == CycloneDXDocument(Self.bill).bytes())
        other.commit = String(repeating: "e", count: 64)
        #expect(other.uuid != Self.bill.uuid)
    }

    @Test(arguments: [
        ("MIT", "MIT"), ("Apache-2.0+", "Apache-2.0+"), ("LGPL-2.1-or-later & MIT", "LGPL-2.1-or-later AND MIT"),
        ("(MIT", "LicenseRef-RPM--MIT"), ("MIT BSD", "LicenseRef-RPM-MIT-BSD"), ("", nil),
        ("Public Domain", "LicenseRef-RPM-Public-Domain"), ("Apache-2.0 or ", "LicenseRef-RPM-Apache-2.0-or-"),
    ])
    func licenseTags(_ tag: String, _ expression: String?) {
        #expect(LicenseTag(tag).expression == expression)
    }
}
