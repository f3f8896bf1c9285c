import CArchive

/// Writes a tar or cpio stream member by member.
public final class ArchiveWriter {
    /// Takes the stream's bytes; the buffer is valid during the call only.
    public typealias Sink = (UnsafeRawBufferPointer) throws -> Void

    /// The kind of archive.
    public enum Format: Sendable {
        /// GNU tar; cannot hold extended attributes.
        case gnutar
        /// ustar headers, with pax records before those members that need them (POSIX.1-2001). Extended attributes are
        /// `SCHILY.xattr.` records, which is what container tools read.
        case paxRestricted
        /// cpio with headers of the kind `newc`, as the kernel unpacks an initramfs; cannot hold extended attributes.
        case cpio
    }

    private final class SinkBox {
        let sink: Sink
        var error: (any Error)?
        init(_ sink: @escaping Sink) { self.sink = sink }
    }

    private let archive: OpaquePointer
    private let entry: OpaquePointer
    private let box: SinkBox
    private var path = ""
    private var remaining: Int64 = 0
    private var isFinished = false

    /// Starts a stream whose bytes go to `sink`.
    public init(_ format: Format, sink: @escaping Sink) throws(ArchiveError) {
        guard let archive = archive_write_new(), let entry = archive_entry_new() else {
            throw ArchiveError("start an archive", "out of memory")
        }
        self.archive = archive
        self.entry = entry
        box = SinkBox(sink)
        switch format {
        case .gnutar: try check(archive_write_set_format_gnutar(archive), "choose GNU tar")
        case .paxRestricted:
            try check(archive_write_set_format_pax_restricted(archive), "choose pax")
            try check(
                archive_write_set_format_option(archive, "pax", "xattrheader", "SCHILY"), "choose the xattr records")
        case .cpio: try check(archive_write_set_format_cpio_newc(archive), "choose cpio")
        }
        try check(archive_write_set_bytes_per_block(archive, 256 << 10), "set the block size")
        // Without this the last block is filled up with zeros.
        try check(archive_write_set_bytes_in_last_block(archive, 1), "set the last block's size")
        let code = archive_write_open2(
            archive, Unmanaged.passUnretained(box).toOpaque(), nil,
            { _, context, bytes, count in
                guard let context, let bytes else { return -1 }
                let box = Unmanaged<SinkBox>.fromOpaque(context).takeUnretainedValue()
                do {
                    try box.sink(UnsafeRawBufferPointer(start: bytes, count: count))
                    return count
                } catch {
                    box.error = error
                    return -1
                }
            }, nil, nil)
        try check(code, "start an archive")
    }

    deinit {
        archive_entry_free(entry)
        // Freeing would otherwise write the end of an archive that was given up, into a sink that may be gone.
        if !isFinished { archive_write_fail(archive) }
        archive_write_free(archive)
    }

    /// Begins a member; its content follows with ``write(_:)``, exactly ``ArchiveEntry/size`` bytes.
    ///
    /// - Throws: ``ArchiveError``, or what the sink throws.
    public func begin(_ member: ArchiveEntry) throws {
        try checkComplete()
        path = member.path
        remaining = member.size
        let code = UTF8Locale.with {
            fill(member)
            return archive_write_header(archive, entry)
        }
        // A warning is about a name that is not UTF-8; libarchive stores its bytes and marks the record as binary.
        if code != ARCHIVE_WARN { try checkWritten(code, "write the header of \(path)") }
    }

    /// Adds content to the member that was begun last.
    ///
    /// - Throws: ``ArchiveError``, or what the sink throws.
    public func write(_ bytes: UnsafeRawBufferPointer) throws {
        if bytes.isEmpty { return }
        guard bytes.count <= remaining else {
            throw ArchiveError("write \(path)", "its content is longer than its size says")
        }
        let count = archive_write_data(archive, bytes.baseAddress, bytes.count)
        try checkWritten(count == bytes.count ? ARCHIVE_OK : ARCHIVE_FATAL, "write \(path)")
        remaining -= Int64(count)
    }

    /// Adds a member whose content is at hand; its size is taken from the content.
    ///
    /// - Throws: ``ArchiveError``, or what the sink throws.
    public func add(_ member: ArchiveEntry, content: [UInt8] = []) throws {
        var member = member
        member.size = Int64(content.count)
        try begin(member)
        try content.withUnsafeBytes { try write($0) }
    }

    /// Ends the archive.
    ///
    /// - Throws: ``ArchiveError``, or what the sink throws.
    public func finish() throws {
        try checkComplete()
        isFinished = true
        try checkWritten(archive_write_close(archive), "end the archive")
    }

    private func fill(_ member: ArchiveEntry) {
        archive_entry_clear(entry)
        archive_entry_copy_pathname(entry, member.path)
        archive_entry_set_uid(entry, Int64(member.uid))
        archive_entry_set_gid(entry, Int64(member.gid))
        archive_entry_set_size(entry, member.size)
        archive_entry_set_mtime(entry, time_t(member.modificationTime), 0)
        let type =
            switch member.kind {
            case .directory: FileType.directory
            case .symlink: FileType.symlink
            case .regular, .hardlink, .special: FileType.regular
            }
        archive_entry_set_mode(entry, type | (member.mode & ~FileType.mask))
        switch member.kind {
        case .symlink(let target): archive_entry_copy_symlink(entry, target)
        case .hardlink(let target): archive_entry_copy_hardlink(entry, target)
        case .regular, .directory, .special: break
        }
        // libarchive writes the attribute first that was added last.
        for attribute in member.extendedAttributes.reversed() {
            archive_entry_xattr_add_entry(entry, attribute.name, attribute.value, attribute.value.count)
        }
    }

    /// libarchive fills missing content with zeros without a word.
    private func checkComplete() throws(ArchiveError) {
        guard remaining == 0 else {
            throw ArchiveError("write \(path)", "its content is \(remaining) bytes shorter than its size says")
        }
    }

    private func check(_ code: Int32, _ operation: @autoclosure () -> String) throws(ArchiveError) {
        if code != ARCHIVE_OK { throw ArchiveError(operation(), archive: archive) }
    }

    private func checkWritten(_ code: Int32, _ operation: @autoclosure () -> String) throws {
        if code == ARCHIVE_OK { return }
        throw box.error ?? ArchiveError(operation(), archive: archive)
    }
}
