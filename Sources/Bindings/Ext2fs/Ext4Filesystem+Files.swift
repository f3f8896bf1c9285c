import CExt2fs

extension Ext4Filesystem {
    /// The names in a directory, sorted, without `.` and `..`.
    public func list(_ directory: String) throws(Ext2fsError) -> [String] {
        let handle = try open()
        let names = Names()
        let number = try find(directory)
        try checked("list \(directory) of \(name)") {
            ext2fs_dir_iterate(
                handle, number, 0, nil,
                { entry, _, _, _, context in
                    guard let entry, let context else { return 0 }
                    let length = Int(entry.pointee.name_len & 0xff)
                    withUnsafeBytes(of: entry.pointee.name) {
                        Unmanaged<Names>.fromOpaque(context).takeUnretainedValue().all
                            .append(String(decoding: $0.prefix(length), as: UTF8.self))
                    }
                    return 0
                }, Unmanaged.passUnretained(names).toOpaque())
        }
        return names.all.filter { $0 != "." && $0 != ".." }.sorted()
    }

    /// The content of a file.
    public func read(_ path: String) throws(Ext2fsError) -> [UInt8] {
        try withFile(path, flags: 0) { (file) throws(Ext2fsError) in
            var size: UInt64 = 0
            try checked("read the size of \(path) of \(name)") { ext2fs_file_get_lsize(file, &size) }
            var bytes = [UInt8](repeating: 0, count: Int(size))
            var count: UInt32 = 0
            try checked("read \(path) of \(name)") {
                bytes.withUnsafeMutableBytes { ext2fs_file_read(file, $0.baseAddress, UInt32($0.count), &count) }
            }
            return Array(bytes.prefix(Int(count)))
        }
    }

    /// Gives an existing file another content; its owner, mode, times and extended attributes stay.
    public func overwrite(_ path: String, with bytes: [UInt8]) throws(Ext2fsError) {
        let handle = try open()
        try checked("read the bitmaps of \(name)") { ext2fs_read_bitmaps(handle) }
        try withFile(path, flags: EXT2_FILE_WRITE) { (file) throws(Ext2fsError) in
            var count: UInt32 = 0
            try checked("write \(path) of \(name)") {
                bytes.withUnsafeBytes { ext2fs_file_write(file, $0.baseAddress, UInt32($0.count), &count) }
            }
            // Cutting comes last: the library goes on writing to a block that it has just freed.
            try checked("cut \(path) of \(name)") { ext2fs_file_set_size2(file, ext2_off64_t(bytes.count)) }
            try checked("write \(path) of \(name)") { ext2fs_file_flush(file) }
        }
    }

    private func withFile<Result>(
        _ path: String, flags: Int32, _ body: (ext2_file_t) throws(Ext2fsError) -> Result
    ) throws(Ext2fsError) -> Result {
        let handle = try open()
        let number = try find(path)
        var file: ext2_file_t?
        try checked("open \(path) of \(name)") { ext2fs_file_open(handle, number, flags, &file) }
        guard let file else { throw Ext2fsError(operation: "open \(path) of \(name)", code: Int(EIO)) }
        defer { ext2fs_file_close(file) }
        return try body(file)
    }

    /// What the directory callback fills.
    private final class Names {
        var all: [String] = []
    }
}
