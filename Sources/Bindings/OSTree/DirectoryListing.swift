import COSTree
import GLib

/// One directory object: what it holds, by checksum.
public struct DirectoryListing: Sendable {
    /// File and link objects by name.
    public var files: [String: String]
    /// Subdirectories by name: their contents (dirtree) and metadata (dirmeta) objects.
    public var directories: [String: (contents: String, metadata: String)]
}

/// The top of a commit.
public struct CommitRoot: Sendable {
    /// The root directory's contents object (dirtree).
    public var contents: String
    /// The root directory's metadata object (dirmeta).
    public var metadata: String
    /// The commit's own metadata, an `a{sv}`.
    public var commitMetadata: Variant
    /// The commit's time, in seconds since 1970.
    public var timestamp: UInt64
}

extension Repository {
    /// Reads a commit object `(a{sv}aya(say)sstayay)`.
    public func commitRoot(_ commit: String) throws(GLibError) -> CommitRoot {
        let variant = try load(.commit, commit)
        guard variant.count == 8, let contents = variant[6].bytes, let metadata = variant[7].bytes,
            let time = variant[5].integer
        else { throw GLibError(operation: "read commit \(commit) of \(path)", consuming: nil) }
        return CommitRoot(
            contents: hexadecimal(contents), metadata: hexadecimal(metadata), commitMetadata: variant[0],
            timestamp: UInt64(bitPattern: time).bigEndian)
    }

    /// Reads a directory contents object `(a(say)a(sayay))`.
    public func listing(_ contents: String) throws(GLibError) -> DirectoryListing {
        let variant = try load(.dirtree, contents)
        var listing = DirectoryListing(files: [:], directories: [:])
        for file in variant[0].children {
            if let name = file[0].string, let checksum = file[1].bytes { listing.files[name] = hexadecimal(checksum) }
        }
        for directory in variant[1].children {
            if let name = directory[0].string, let contents = directory[1].bytes, let metadata = directory[2].bytes {
                listing.directories[name] = (hexadecimal(contents), hexadecimal(metadata))
            }
        }
        return listing
    }
}

private func hexadecimal(_ bytes: [UInt8]) -> String {
    let digits = Array("0123456789abcdef".utf8)
    return String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
}
