import HostSystem
import SystemPackage

/// The footer of a fixed-size VHD (Microsoft's "Virtual Hard Disk Image Format Specification" 1.0, "Hard Disk Footer
/// Format"): the disk's bytes come before it.
///
/// Its size counts, and not its geometry: that is the largest there is, as QEMU writes it with `force_size`, because no
/// geometry gives a whole number of MiB, which Azure wants.
struct FixedVHD {
    /// The size of the disk in bytes.
    let size: Int64
    /// Seconds since 1970; before 2000 it is taken for that year's begin.
    let timestamp: Int64
    /// The disk's UUID.
    let uuid: String

    /// Azure takes disks of whole MiB only.
    static let alignment = Int64.mebibyte
    /// 1 January 2000, where the format's time begins, in seconds since 1970.
    private static let epoch: Int64 = 946_684_800

    /// The 512 bytes.
    var footer: [UInt8] {
        var bytes = [UInt8](repeating: 0, count: 512)
        bytes.put("conectix".utf8, at: 0)
        // "Reserved" is always set; the version of the format is 1.0.
        bytes.put(bigEndian: UInt32(2), at: 8)
        bytes.put(bigEndian: UInt32(0x1_0000), at: 12)
        // No dynamic header.
        bytes.put(bigEndian: UInt64.max, at: 16)
        bytes.put(bigEndian: UInt32(clamping: timestamp - Self.epoch), at: 24)
        // The creator by which readers know that the size counts, as QEMU 5.3 on Windows.
        bytes.put("qem2".utf8, at: 28)
        bytes.put(bigEndian: UInt32(0x5_0003), at: 32)
        bytes.put("Wi2k".utf8, at: 36)
        bytes.put(bigEndian: UInt64(size), at: 40)
        bytes.put(bigEndian: UInt64(size), at: 48)
        bytes.put(bigEndian: UInt16.max, at: 56)
        bytes[58] = 16
        bytes[59] = 255
        // A fixed disk.
        bytes.put(bigEndian: UInt32(2), at: 60)
        bytes.put(MixedGUID.plainBytes(uuid), at: 68)
        let sum = bytes.reduce(UInt32(0)) { $0 + UInt32($1) }
        bytes.put(bigEndian: ~sum, at: 64)
        return bytes
    }
}
