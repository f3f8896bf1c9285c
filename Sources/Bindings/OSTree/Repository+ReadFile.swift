import GLib

extension Repository {
    /// The content of a regular file of a commit; nil where the path names none. Links are not followed.
    ///
    /// - Parameter path: relative to the commit's root.
    public func readFile(_ path: String, of commit: String) throws(GLibError) -> [UInt8]? {
        var contents = try self.commit(commit).rootContents
        var parts = path.split(separator: "/").map(String.init)[...]
        guard let name = parts.popLast() else { return nil }
        for part in parts {
            guard let next = try directoryTree(contents).directories.first(where: { $0.name == part }) else {
                return nil
            }
            contents = next.contents
        }
        guard let file = try directoryTree(contents).files.first(where: { $0.name == name }) else { return nil }
        let info = try contentInfo(file.checksum)
        return info.symlinkTarget == nil ? try content(of: file.checksum) : nil
    }

    /// The bytes of a content object; none for a symbolic link.
    public func content(of checksum: String) throws(GLibError) -> [UInt8] {
        let reader = try openContent(checksum)
        var bytes: [UInt8] = []
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 64 << 10, alignment: 16)
        defer { buffer.deallocate() }
        while true {
            let count = try reader.read(into: buffer)
            if count == 0 { return bytes }
            bytes += UnsafeRawBufferPointer(rebasing: buffer[..<count])
        }
    }
}
