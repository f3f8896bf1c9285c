import SystemPackage

/// The part of a VMDK that qemu-img fills with a random number.
enum VMDKHeader {
    private static let magic = Array("KDMV".utf8)
    private static let field = Array("\nCID=".utf8)

    /// Sets the content id in the embedded descriptor (VMware's "Virtual Disk Format 5.0": 8 hex digits) to one that
    /// depends on `seed` alone.
    static func setContentID(of path: FilePath, seed: String) throws {
        // The descriptor begins in the second sector and has 20 of them.
        let header = try SparseFile.read(path, at: 0, count: 21 * 512)
        guard header.starts(with: magic), let place = header.firstRange(of: field) else {
            throw DiskImageError.unexpectedFormat(path, expected: "a VMDK with a descriptor inside")
        }
        let identifier = DerivedUUID.make(seed: seed, name: "vmdk").prefix(8)
        try SparseFile.write(Array(identifier.utf8), to: path, at: Int64(place.upperBound))
    }
}
