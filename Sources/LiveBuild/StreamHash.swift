import HostSystem
import SystemPackage

/// The digests of a file: of its pieces, so that who fetches it can check each before it goes on (coreos-installer,
/// src/bin/rdcore/stream_hash.rs), and of all of it.
struct StreamHash {
    /// The bytes of a piece; the last one may be shorter.
    static let pieceSize = 2 << 20

    /// A line about the format, then a digest a line.
    let text: String
    /// The digest of the whole file.
    let digest: String

    /// Reads a file.
    ///
    /// - Throws: `Errno`.
    init(of path: FilePath) throws {
        let file = try FileDescriptor.open(path, .readOnly, options: .closeOnExec)
        (text, digest) = try file.closeAfter {
            let size = try file.seek(offset: 0, from: .end)
            var (lines, whole) = (["stream-hash sha256 \(Self.pieceSize)"], Digest())
            for start in stride(from: 0, to: size, by: Self.pieceSize) {
                var digest = Digest()
                try file.readPieces(of: start..<min(start + Int64(Self.pieceSize), size)) {
                    digest.update($0)
                    whole.update($0)
                }
                lines.append(digest.finish())
            }
            return (lines.joined(separator: "\n") + "\n", whole.finish())
        }
    }
}
