import CArchive
import SystemPackage

/// Reads an uncompressed tar stream, a zip file or a cpio stream, member by member.
public final class ArchiveReader {
    /// Fills the buffer with bytes of the stream and returns how many there are; 0 at the end.
    public typealias Source = (UnsafeMutableRawBufferPointer) throws -> Int

    private final class SourceBox {
        let source: Source
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 256 << 10, alignment: 16)
        var error: (any Error)?
        init(_ source: @escaping Source) { self.source = source }
        deinit { buffer.deallocate() }
    }

    private let archive: OpaquePointer
    private let box: SourceBox?
    private let name: String

    /// Opens a tar file; members that are not read are skipped by seeking.
    public init(_ path: FilePath) throws(ArchiveError) {
        archive = try Self.makeReader(.tar)
        box = nil
        name = path.string
        let code = archive_read_open_filename(archive, path.string, 256 << 10)
        guard code == ARCHIVE_OK else { throw ArchiveError("open the archive \(path)", archive: archive) }
    }

    /// Opens a zip file.
    public init(zip path: FilePath) throws(ArchiveError) {
        archive = try Self.makeReader(.zip)
        box = nil
        name = path.string
        let code = archive_read_open_filename(archive, path.string, 256 << 10)
        guard code == ARCHIVE_OK else { throw ArchiveError("open the archive \(path)", archive: archive) }
    }

    /// Reads a stream from `source`.
    ///
    /// - Parameter name: how errors call it.
    /// - Throws: ``ArchiveError``, or what `source` throws.
    public convenience init(name: String, source: @escaping Source) throws {
        try self.init(.tar, name: name, source: source)
    }

    /// Reads a cpio stream from `source`, which may be compressed.
    ///
    /// - Parameter name: how errors call it.
    /// - Throws: ``ArchiveError``, or what `source` throws.
    public convenience init(cpio name: String, source: @escaping Source) throws {
        try self.init(.cpio, name: name, source: source)
    }

    private init(_ format: Format, name: String, source: @escaping Source) throws {
        let archive = try Self.makeReader(format)
        let box = SourceBox(source)
        let code = archive_read_open(
            archive, Unmanaged.passUnretained(box).toOpaque(), nil,
            { _, context, bytes in
                guard let context, let bytes else { return -1 }
                let box = Unmanaged<SourceBox>.fromOpaque(context).takeUnretainedValue()
                do {
                    bytes.pointee = UnsafeRawPointer(box.buffer.baseAddress)
                    return try box.source(box.buffer)
                } catch {
                    box.error = error
                    return -1
                }
            }, nil)
        guard code == ARCHIVE_OK else {
            defer { archive_read_free(archive) }
            throw box.error ?? ArchiveError("read \(name)", archive: archive)
        }
        self.archive = archive
        self.box = box
        self.name = name
    }

    deinit { archive_read_free(archive) }

    /// The next member; nil at the end.
    ///
    /// - Throws: ``ArchiveError``, or what the source throws.
    public func next() throws -> ArchiveEntry? {
        var entry: OpaquePointer?
        let (code, member) = UTF8Locale.with {
            let code = archive_read_next_header(archive, &entry)
            guard code == ARCHIVE_OK || code == ARCHIVE_WARN, let entry else { return (code, ArchiveEntry?.none) }
            return (code, Self.member(entry))
        }
        if code == ARCHIVE_EOF { return nil }
        guard let member else { throw box?.error ?? ArchiveError("read \(name)", archive: archive) }
        return member
    }

    /// Where the headers of the member begin that ``next()`` gave last, in bytes from the start of the stream: a reader of
    /// the stream from there on gives the same member first.
    public var headerOffset: Int64 { archive_read_header_position(archive) }

    /// Puts the next bytes of the current member's content into `buffer` and returns how many there are; 0 at its end.
    ///
    /// - Throws: ``ArchiveError``, or what the source throws.
    public func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
        let count = archive_read_data(archive, buffer.baseAddress, buffer.count)
        guard count >= 0 else { throw box?.error ?? ArchiveError("read \(name)", archive: archive) }
        return count
    }

    /// All of the current member's content.
    ///
    /// - Parameter limit: the number of bytes above which it is refused.
    /// - Throws: ``ArchiveError``, or what the source throws.
    public func readAll(limit: Int) throws -> [UInt8] {
        var content: [UInt8] = []
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 64 << 10, alignment: 16)
        defer { buffer.deallocate() }
        while true {
            let count = try read(into: buffer)
            if count == 0 { return content }
            content += buffer[..<count]
            guard content.count <= limit else {
                throw ArchiveError("read \(name)", "a member is longer than \(limit) bytes")
            }
        }
    }

    private enum Format { case tar, zip, cpio }

    private static func makeReader(_ format: Format) throws(ArchiveError) -> OpaquePointer {
        guard let archive = archive_read_new() else { throw ArchiveError("read an archive", "out of memory") }
        archive_read_support_filter_none(archive)
        switch format {
        case .tar: archive_read_support_format_tar(archive)
        case .zip: archive_read_support_format_zip(archive)
        case .cpio:
            archive_read_support_filter_all(archive)
            archive_read_support_format_cpio(archive)
        }
        return archive
    }

    private static func member(_ entry: OpaquePointer) -> ArchiveEntry {
        func text(_ pointer: UnsafePointer<CChar>?) -> String { pointer.map { String(cString: $0) } ?? "" }
        let mode = UInt32(archive_entry_mode(entry))
        let kind: ArchiveEntry.Kind
        if let target = archive_entry_hardlink(entry) {
            kind = .hardlink(target: String(cString: target))
        } else {
            switch mode & FileType.mask {
            case FileType.regular: kind = .regular
            case FileType.directory: kind = .directory
            case FileType.symlink: kind = .symlink(target: text(archive_entry_symlink(entry)))
            default: kind = .special
            }
        }
        return ArchiveEntry(
            path: text(archive_entry_pathname(entry)), kind: kind, mode: mode & ~FileType.mask,
            uid: UInt32(truncatingIfNeeded: archive_entry_uid(entry)),
            gid: UInt32(truncatingIfNeeded: archive_entry_gid(entry)),
            size: kind == .regular ? archive_entry_size(entry) : 0,
            modificationTime: Int64(archive_entry_mtime(entry)), extendedAttributes: attributes(entry))
    }

    private static func attributes(_ entry: OpaquePointer) -> [ArchiveEntry.ExtendedAttribute] {
        archive_entry_xattr_reset(entry)
        var attributes: [ArchiveEntry.ExtendedAttribute] = []
        var name: UnsafePointer<CChar>?
        var value: UnsafeRawPointer?
        var count = 0
        while archive_entry_xattr_next(entry, &name, &value, &count) == ARCHIVE_OK {
            guard let name else { continue }
            let bytes = value.map { Array(UnsafeRawBufferPointer(start: $0, count: count)) } ?? []
            attributes.append(.init(name: String(cString: name), value: bytes))
        }
        // libarchive gives the attribute first that came last.
        return attributes.reversed()
    }
}
