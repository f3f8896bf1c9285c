/// A bill of materials in SPDX 2.3's JSON form (<https://spdx.github.io/spdx-spec/v2.3/>).
public struct SPDXDocument: Sendable {
    /// The media type of the document.
    public static let mediaType = "application/spdx+json"

    private let bill: BillOfMaterials

    /// The document of a bill.
    public init(_ bill: BillOfMaterials) { self.bill = bill }

    /// The document's bytes: sorted keys, the same for equal bills.
    ///
    /// - Throws: `EncodingError`.
    public func bytes() throws -> [UInt8] { try DocumentEncoder.bytes(of: document) }

    private var document: Document {
        let licenses = bill.packages.map { LicenseTag($0.license) }
        let system = "SPDXRef-OperatingSystem"
        let elements = bill.packages.indices.map { Self.element($0, bill.packages[$0]) }
        let packages = zip(zip(bill.packages, licenses), elements).map { package, element in
            Package(
                spdxID: element, package.0, license: package.1, url: bill.packageURL(of: package.0))
        }
        let extracted = licenses.reduce(into: [:]) { $0.merge($1.references) { first, _ in first } }
        return Document(
            name: "\(bill.name)-\(bill.version).\(bill.arch)",
            documentNamespace: "https://spdx.org/spdxdocs/\(bill.name)-\(bill.version)-\(bill.arch)-\(bill.uuid)",
            creationInfo: .init(created: bill.created, creators: ["Tool: cosa-\(bill.toolVersion)"]),
            packages: [systemPackage(system)] + packages,
            relationships: [.init("SPDXRef-DOCUMENT", "DESCRIBES", system)]
                + elements.map { .init(system, "CONTAINS", $0) },
            hasExtractedLicensingInfos: extracted.isEmpty
                ? nil
                : extracted.sorted { $0.key < $1.key }.map {
                    .init(
                        licenseId: $0.key, name: $0.value,
                        extractedText: "The RPM package says of its licence: \($0.value)")
                })
    }

    private func systemPackage(_ element: String) -> Package {
        var package = Package(spdxID: element, name: bill.name, version: bill.version)
        package.primaryPackagePurpose = "OPERATING-SYSTEM"
        package.comment = "OSTree commit \(bill.commit)" + (bill.imageDigest.map { ", container image \($0)" } ?? "")
        return package
    }

    /// The number makes it unique: names that differ in characters which an identifier cannot have would be the same.
    private static func element(_ index: Int, _ package: BillPackage) -> String {
        "SPDXRef-Package-\(index)-"
            + String(package.nevra.map { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == ".") ? $0 : "-" })
    }
}
