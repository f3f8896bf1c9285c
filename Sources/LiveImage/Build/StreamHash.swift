import HostSystem
import SystemPackage

/// The digests of a file's pieces, so that who fetches it can check each before it goes on (coreos-installer,
/// src/bin/rdcore/stream_hash.rs).
enum StreamHash {
    /// The bytes of a piece; the last one may be shorter.
    static let pieceSize = 2 << 20

    /// The text: a line about the format, then a digest a line.
    ///
    /// - Throws: `Errno`.
    static func text(of path: FilePath) throws -> String {
        let file = try FileDescriptor.open(path, .readOnly, options: .closeOnExec)
        return try file.closeAfter {
            let size = try file.seek(offset: 0, from: .end)
            var lines = ["stream-hash sha256 \(pieceSize)"]
            for start in stride(from: 0, to: size, by: pieceSize) {
                var digest = Digest()
                try file.readPieces(of: start..<min(start + Int64(pieceSize), size)) { digest.update($0) }
                lines.append(digest.finish())
            }
            return lines.joined(separator: "\n") + "\n"
        }
    }
}
