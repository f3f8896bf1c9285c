import CRPM
import Glibc
import SystemPackage

/// A package file, opened for reading its payload once, from its beginning to its end.
///
/// Belongs to one thread.
public final class PackageArchive {
    /// The package's header.
    public let header: PackageHeader
    private let path: FilePath
    private let stream: FD_t
    private let files: OpaquePointer
    private let iterator: OpaquePointer

    /// Opens a package file; digests of its header are checked, its signature is not.
    ///
    /// - Throws: ``RPMError`` where it is damaged or no package.
    public init(_ path: FilePath) throws(RPMError) {
        try RPMLibrary.configure()
        let operation = "read \(path)"
        guard let set = rpmtsCreate() else { throw RPMError(operation: operation, message: "out of memory") }
        defer { rpmtsFree(set) }
        // Signatures were checked after the download; an empty keyring keeps librpm from opening the host's database.
        let keyring = rpmKeyringNew()
        defer { rpmKeyringFree(keyring) }
        rpmtsSetKeyring(set, keyring)
        rpmtsSetVSFlags(
            set,
            RPMVSF_NODSAHEADER.rawValue | RPMVSF_NORSAHEADER.rawValue | RPMVSF_NODSA.rawValue | RPMVSF_NORSA.rawValue)
        guard let descriptor = Fopen(path.string, "r.ufdio"), Ferror(descriptor) == 0 else {
            throw RPMError(operation: operation, message: "\(Errno(rawValue: errno))")
        }
        var pointer: OpaquePointer?
        let status = rpmReadPackageFile(set, descriptor, path.string, &pointer)
        guard let pointer, status == RPMRC_OK || status == RPMRC_NOTTRUSTED || status == RPMRC_NOKEY else {
            headerFree(pointer)
            Fclose(descriptor)
            throw RPMError(
                operation: operation, message: RPMLibrary.takeMessages() ?? "it is damaged or not an RPM package")
        }
        let header = PackageHeader(taking: pointer)
        let compressor = header.string(RPMTAG_PAYLOADCOMPRESSOR) ?? "gzip"
        let io = ["gzip": "gzdio", "bzip2": "bzdio", "xz": "xzdio", "lzma": "lzdio", "zstd": "zstdio"][compressor]
        guard let stream = Fdopen(descriptor, "r.\(io ?? compressor)") else {
            Fclose(descriptor)
            throw RPMError(operation: operation, message: "its payload is compressed with \(compressor)")
        }
        let flags = rpmfiFlags(RPMFI_KEEPHEADER.rawValue)
        guard let files = rpmfilesNew(nil, header.pointer, 0, flags) else {
            Fclose(stream)
            throw RPMError(operation: operation, message: "its file list is damaged")
        }
        let order = Int32(RPMFI_ITER_READ_ARCHIVE_CONTENT_FIRST.rawValue)
        guard let iterator = rpmfiNewArchiveReader(stream, files, order) else {
            rpmfilesFree(files)
            Fclose(stream)
            throw RPMError(operation: operation, message: "its payload cannot be read")
        }
        self.header = header
        self.path = path
        self.stream = stream
        self.files = files
        self.iterator = iterator
    }

    deinit {
        rpmfiFree(iterator)
        rpmfilesFree(files)
        Fclose(stream)
    }

    /// One member of the payload; valid until the next one is asked for.
    public struct Member {
        /// What the header says about it.
        public let file: PackageFile
        /// Its position in the header's file list.
        public let index: Int
        /// The positions of all members of its set of hard links, itself included.
        public let links: [Int]
        /// Whether its content follows; only one member of a set of hard links has it.
        public let hasContent: Bool
    }

    /// The next member; nil at the end. Of a set of hard links, the member with the content comes first.
    ///
    /// - Throws: ``RPMError`` where the payload is damaged.
    public func next() throws(RPMError) -> Member? {
        let status = rpmfiNext(iterator)
        guard status >= 0 else {
            guard status == RPMERR_ITER_END.rawValue else {
                let reason = rpmfileStrerror(status)
                defer { free(reason) }
                throw RPMError(operation: "read the payload of \(path)", message: text(reason))
            }
            return nil
        }
        var positions: UnsafePointer<Int32>?
        let count = Int(rpmfiFLinks(iterator, &positions))
        let index = Int(rpmfiFX(iterator))
        return Member(
            file: PackageFile(iterator), index: index,
            links: positions.map { UnsafeBufferPointer(start: $0, count: count).map(Int.init) } ?? [index],
            hasContent: rpmfiArchiveHasContent(iterator) != 0)
    }

    /// Reads the current member's content in pieces and compares its digest with the header's.
    ///
    /// - Throws: ``RPMError`` where the payload is damaged or is not what the header promises; what `body` throws.
    public func readContent(
        of member: Member, into buffer: UnsafeMutableRawBufferPointer, _ body: (UnsafeRawBufferPointer) throws -> Void
    ) throws {
        let operation = "read \(member.file.path) of \(path)"
        var algorithm: Int32 = 0
        var length = 0
        let expected = rpmfiFDigest(iterator, &algorithm, &length)
        let digest = expected == nil ? nil : rpmDigestInit(algorithm, 0)
        var result: UnsafeMutableRawPointer?
        defer { free(result) }
        var left = member.file.size
        do {
            while left > 0 {
                let count = rpmfiArchiveRead(iterator, buffer.baseAddress, min(buffer.count, Int(left)))
                guard count > 0 else { throw RPMError(operation: operation, message: "the payload ends too early") }
                rpmDigestUpdate(digest, buffer.baseAddress, Int(count))
                try body(UnsafeRawBufferPointer(rebasing: buffer[..<Int(count)]))
                left -= Int64(count)
            }
        } catch {
            rpmDigestFinal(digest, &result, nil, 0)
            throw error
        }
        guard let expected, let digest else { return }
        rpmDigestFinal(digest, &result, nil, 0)
        guard let result, memcmp(result, expected, length) == 0 else {
            throw RPMError(
                operation: operation, message: "its content does not match the digest in the package's header")
        }
    }
}
