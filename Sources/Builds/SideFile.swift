/// `builds/<version>/<arch>/cosa.json`: what the closed schema of `meta.json` has no room for.
public struct SideFile: Sendable, Hashable {
    /// The file's name in the build directory.
    public static let name = "cosa.json"

    /// The key of the bill of materials: `{"spdx": {path, sha256, size}, "cyclonedx": {…}}`.
    public static let billOfMaterials = "sbom"

    /// The file's object.
    public var object: JSONObject

    /// The side file that an object is.
    public init(_ object: JSONObject = JSONObject()) { self.object = object }

    /// A top-level value by its key.
    public subscript(key: String) -> JSONValue? {
        get { object[key] }
        set { object[key] = newValue }
    }

    /// The digest of all that went into a step (`compose`, `container`, a platform's name), kept under `inputs`: the same
    /// digest again means that the step has nothing to do.
    public func inputDigest(of step: String) -> String? { object["inputs"]?.object?[step]?.string }

    /// Keeps the digest of what went into a step.
    public mutating func setInputDigest(_ digest: String, of step: String) {
        var inputs = object["inputs"]?.object ?? JSONObject()
        inputs[step] = .string(digest)
        object["inputs"] = .object(inputs)
    }
}
