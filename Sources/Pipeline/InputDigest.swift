import HostSystem
import SystemPackage

/// The digest of everything that a step's result depends on, made of named inputs.
///
/// Each input is its own digest, so that a step can say which of them changed. Modification times, owners and the
/// order of directory entries are no inputs.
public struct InputDigest: Sendable, Codable, Equatable {
    /// The digest of each input by its name, such as `manifest` or `overrides/rootfs`.
    public private(set) var inputs: [String: String] = [:]

    /// No inputs yet.
    public init() {}

    /// Adds an input given as text, replacing one of the same name.
    public mutating func add(_ name: String, text: String) {
        inputs[name] = Digest.of(text.utf8)
    }

    /// Adds the content of a file; an absent file is an input too.
    ///
    /// - Throws: `Errno` where it cannot be read.
    public mutating func add(_ name: String, file path: FilePath) throws {
        do {
            inputs[name] = try Digest.ofFile(path)
        } catch Errno.noSuchFileOrDirectory {
            inputs[name] = "absent"
        }
    }

    /// Adds a directory with all that is below it; an absent or empty one counts the same.
    ///
    /// - Throws: ``PipelineError`` for a file that cannot be read.
    public mutating func add(_ name: String, tree path: FilePath) throws {
        inputs[name] = try TreeDigest.of(path)
    }

    /// The digest over all inputs, 64 hex digits.
    public var value: String {
        var digest = Digest()
        for (name, input) in inputs.sorted(by: { $0.key < $1.key }) {
            digest.update(field: name)
            digest.update(field: input)
        }
        return digest.finish()
    }

    /// The names of the inputs that differ between two digests, sorted.
    public func changes(since other: InputDigest) -> [String] {
        Set(inputs.keys).union(other.inputs.keys).filter { inputs[$0] != other.inputs[$0] }.sorted()
    }
}
