/// A bill of materials in CycloneDX 1.5's JSON form (<https://cyclonedx.org/docs/1.5/json/>).
public struct CycloneDXDocument: Sendable {
    /// The media type of the document.
    public static let mediaType = "application/vnd.cyclonedx+json"

    private let bill: BillOfMaterials

    /// The document of a bill.
    public init(_ bill: BillOfMaterials) { self.bill = bill }

    /// The document's bytes: sorted keys, the same for equal bills.
    ///
    /// - Throws: `EncodingError`.
    public func bytes() throws -> [UInt8] { try DocumentEncoder.bytes(of: document) }

    private var document: Document {
        var system = Component(type: "operating-system", reference: "os:\(bill.name)", name: bill.name)
        system.version = bill.version
        system.properties = [.init(name: "ostree:commit", value: bill.commit)]
        if let digest = bill.imageDigest { system.properties?.append(.init(name: "oci:digest", value: digest)) }
        let components = bill.packages.map { Component($0, url: bill.packageURL(of: $0)) }
        return Document(
            serialNumber: "urn:uuid:\(bill.uuid)",
            metadata: .init(
                timestamp: bill.created,
                tools: .init(components: [.tool(version: bill.toolVersion)]), component: system),
            components: components,
            dependencies: [.init(ref: system.reference, dependsOn: components.map(\.reference))])
    }
}

extension CycloneDXDocument {
    struct Document: Encodable {
        var bomFormat = "CycloneDX"
        var specVersion = "1.5"
        var serialNumber: String
        var version = 1
        var metadata: Metadata
        var components: [Component]
        var dependencies: [Dependency]
    }

    struct Metadata: Encodable {
        var timestamp: String
        var tools: Tools
        var component: Component
    }

    struct Tools: Encodable {
        var components: [Component]
    }

    struct Dependency: Encodable {
        var ref: String
        var dependsOn: [String]
    }

    struct Hash: Encodable {
        var alg = "SHA-256"
        var content: String
    }

    struct Property: Encodable {
        var name: String
        var value: String
    }

    struct Named: Encodable {
        var name: String
    }

    /// Either an expression of SPDX identifiers or a name; the schema wants the one or the other.
    struct License: Encodable {
        var expression: String?
        var license: Named?
    }

    struct Component: Encodable {
        var type: String
        var reference: String
        var name: String
        var version: String?
        var description: String?
        var supplier: Named?
        var licenses: [License]?
        var purl: String?
        var hashes: [Hash]?
        var properties: [Property]?

        enum CodingKeys: String, CodingKey {
            case type, name, version, description, supplier, licenses, purl, hashes, properties
            case reference = "bom-ref"
        }

        init(type: String, reference: String, name: String) {
            self.type = type
            self.reference = reference
            self.name = name
        }

        init(_ package: BillPackage, url: String) {
            self.init(type: "library", reference: url, name: package.name)
            version = package.evr
            description = package.summary
            supplier = package.vendor.map(Named.init)
            purl = url
            hashes = package.sha256.map { [Hash(content: $0)] }
            let license = LicenseTag(package.license)
            if license.isStandard {
                licenses = [License(expression: license.expression)]
            } else if let text = package.license, !text.isEmpty {
                licenses = [License(license: Named(name: text))]
            }
        }

        static func tool(version: String) -> Component {
            var tool = Component(type: "application", reference: "tool:cosa", name: "cosa")
            tool.version = version
            return tool
        }
    }
}
