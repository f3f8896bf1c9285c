import Builds
import Compression
import HostSystem
import Treefile

/// Which files of a build `cosa compress` and `cosa decompress` work on, and how.
public struct CompressionOptions: Sendable {
    /// An id, a tag, or nil for the newest build.
    public var build: String?
    /// The architecture; nil for all that the build has here.
    public var arch: String?
    /// The names under `images`; empty for all.
    public var artifacts: [String] = []
    /// The format, whatever image.yaml says.
    public var compressor: Compressor?
    /// `gzip -1`, whatever else is said.
    public var fast = false
    /// The processors that may be used.
    public var processors = HostCapacity.processors
    /// The memory that is free, in bytes; nil where nobody knows.
    public var memory = HostCapacity.availableMemory.map { UInt64($0) << 20 }

    /// All files of the newest build.
    public init() {}

    /// The format that an artifact is compressed to: as asked for, else as the build's image.yaml says, else gzip.
    ///
    /// - Throws: ``PipelineError`` where image.yaml names one that nobody knows.
    func format(of artifact: String, _ image: ImageConfig?) throws -> CompressionFormat {
        if fast { return .fast }
        if let compressor { return CompressionFormat(compressor) }
        guard let name = image?.compressor(for: artifact) else { return CompressionFormat(.gzip) }
        guard let known = Compressor(rawValue: name) else {
            let key = image?.platformCompressor[artifact] == nil ? "compressor" : "platform-compressor.\(artifact)"
            let all = Compressor.allCases.map(\.rawValue).joined(separator: ", ")
            throw PipelineError("key '\(key)' of image.yaml: there is no compressor '\(name)'; known are \(all)")
        }
        return CompressionFormat(known)
    }
}
