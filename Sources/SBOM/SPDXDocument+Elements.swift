extension SPDXDocument {
    struct Document: Encodable {
        var spdxVersion = "SPDX-2.3"
        var dataLicense = "CC0-1.0"
        var spdxID = "SPDXRef-DOCUMENT"
        var name: String
        var documentNamespace: String
        var creationInfo: CreationInfo
        var packages: [Package]
        var relationships: [Relationship]
        var hasExtractedLicensingInfos: [ExtractedLicense]?

        enum CodingKeys: String, CodingKey {
            case spdxVersion, dataLicense, name, documentNamespace, creationInfo, packages, relationships
            case hasExtractedLicensingInfos
            case spdxID = "SPDXID"
        }
    }

    struct CreationInfo: Encodable {
        var created: String
        var creators: [String]
    }

    struct Relationship: Encodable {
        var spdxElementId: String
        var relationshipType: String
        var relatedSpdxElement: String

        init(_ element: String, _ type: String, _ related: String) {
            spdxElementId = element
            relationshipType = type
            relatedSpdxElement = related
        }
    }

    struct ExtractedLicense: Encodable {
        var licenseId: String
        var name: String
        var extractedText: String
    }

    struct Checksum: Encodable {
        var algorithm = "SHA256"
        var checksumValue: String
    }

    struct ExternalReference: Encodable {
        var referenceCategory = "PACKAGE-MANAGER"
        var referenceType = "purl"
        var referenceLocator: String
    }

    struct Package: Encodable {
        var spdxID: String
        var name: String
        var versionInfo: String
        var supplier = "NOASSERTION"
        var downloadLocation = "NOASSERTION"
        var filesAnalyzed = false
        var licenseConcluded = "NOASSERTION"
        var licenseDeclared = "NOASSERTION"
        var copyrightText = "NOASSERTION"
        var primaryPackagePurpose: String?
        var homepage: String?
        var summary: String?
        var sourceInfo: String?
        var comment: String?
        var checksums: [Checksum]?
        var externalRefs: [ExternalReference]?

        enum CodingKeys: String, CodingKey {
            case name, versionInfo, supplier, downloadLocation, filesAnalyzed, licenseConcluded, licenseDeclared
            case copyrightText, primaryPackagePurpose, homepage, summary, sourceInfo, comment, checksums, externalRefs
            case spdxID = "SPDXID"
        }

        init(spdxID: String, name: String, version: String) {
            self.spdxID = spdxID
            self.name = name
            versionInfo = version
        }

        init(spdxID: String, _ package: BillPackage, license: LicenseTag, url: String) {
            self.init(spdxID: spdxID, name: package.name, version: package.evr)
            if let vendor = package.vendor { supplier = "Organization: \(vendor)" }
            if let expression = license.expression { licenseDeclared = expression }
            homepage = package.homepage
            summary = package.summary
            sourceInfo = package.sourceRPM.map { "built from \($0)" }
            checksums = package.sha256.map { [Checksum(checksumValue: $0)] }
            externalRefs = [ExternalReference(referenceLocator: url)]
        }
    }
}
