import Foundation
import HostSystem
import SystemPackage
import Testing

@testable import Builds

/// Real files of the field, and the schema that other tools use. They are not part of this package: `COSA_SHARED_DATA`
/// names the directory that holds `meta/`.
private let sharedData = ProcessInfo.processInfo.environment["COSA_SHARED_DATA"].map { FilePath($0).appending("meta") }

@Suite("Real meta.json files", .enabled(if: sharedData != nil, "COSA_SHARED_DATA is not set"))
struct RealMetadataTests {
    let folder: FilePath

    init() throws { folder = try #require(sharedData) }

    @Test("come out byte for byte", arguments: ["fcos-meta.json", "rhcos-meta.json"])
    func roundTrip(name: String) throws {
        let bytes = try FileContent.read(folder.appending(name))
        let text = JSONValue.object(try BuildMetadata.load(folder.appending(name)).object).prettyPrinted
        #expect(text == String(decoding: bytes, as: UTF8.self).trimmingCharacters(in: .newlines))
    }

    @Test(
        "are valid, and stay so for another judge after a write of ours",
        arguments: ["fcos-meta.json", "rhcos-meta.json"])
    func validity(name: String) async throws {
        let real = try BuildMetadata.load(folder.appending(name))
        #expect(real.problems == [])
        let fixture = try Fixture()
        try fixture.build("1.0")
        let written = try fixture.store.updateMetadata("1.0", arch: fixture.arch) { metadata in
            metadata = real
            metadata.setImage("aws", Artifact(path: "a", sha256: "b", size: 3, skipCompression: false))
            metadata.configGit = GitRevision(commit: "abcdef", origin: "o", branch: nil, dirty: false)
            metadata.ociLabels = ["com.coreos.osname": "demo"]
            metadata.overridesActive = true
        }
        try await judge(written)
    }

    @Test("ours is valid for another judge")
    func ours() async throws {
        let fixture = try Fixture()
        try fixture.build("1.0")
        try await judge(fixture.store.metadata("1.0", arch: fixture.arch))
    }

    @Test("our table of the schema has its keys, kinds and lengths")
    func table() throws {
        let schema = try JSONFile.read(folder.appending("meta-v1.schema.json"))
        let properties = try #require(schema["properties"]?.object)
        #expect(Set(properties.keys) == Set(MetadataSchema.kinds.keys))
        #expect(schema["required"]?.array?.compactMap(\.string) == MetadataSchema.required)
        for (key, value) in properties.members {
            guard case .string(let least)? = MetadataSchema.kinds[key] else { continue }
            #expect(value.object?["type"]?.string == "string", "\(key)")
            #expect(value.object?["minLength"]?.integer ?? 0 == Int64(least), "\(key)")
        }
        let images = try #require(properties["images"]?.object?["properties"]?.object)
        #expect(MetadataSchema.images.subtracting(images.keys) == ["node"])
        #expect(Set(images.keys).isSubset(of: MetadataSchema.images))
    }

    /// Python's jsonschema; Debian's, which only Debian's Python finds.
    private func judge(_ metadata: BuildMetadata) async throws {
        let program =
            "import json,jsonschema,sys; jsonschema.validate(json.load(sys.stdin), json.load(open(sys.argv[1])))"
        let schema = folder.appending("meta-v1.schema.json").string
        try await Command("/usr/bin/python3", ["-c", program, schema])
            .run(input: Array(JSONValue.object(metadata.object).prettyPrinted.utf8))
    }
}
