import HostSystem
import SystemPackage

/// A disk whose boot sector writes a text to the first serial port and halts: a guest that is there in a second.
public enum BootSector {
    private static let program: [UInt8] = [
        0xfa,  // cli
        0x31, 0xc0, 0x8e, 0xd8,  // xor ax, ax; mov ds, ax
        0xbe, 0x16, 0x7c,  // mov si, text
        0xac, 0x84, 0xc0, 0x74, 0x06,  // next: lodsb; test al, al; jz halt
        0xba, 0xf8, 0x03, 0xee, 0xeb, 0xf5,  // mov dx, 0x3f8; out dx, al; jmp next
        0xf4, 0xeb, 0xfd,  // halt: hlt; jmp halt
    ]

    /// Writes such a disk, raw, 1 MiB.
    public static func write(_ text: String, to path: FilePath) throws {
        var sector = program + Array(text.utf8) + [0]
        precondition(sector.count <= 510)
        sector += [UInt8](repeating: 0, count: 510 - sector.count) + [0x55, 0xaa]
        try AtomicFile.write(sector + [UInt8](repeating: 0, count: (1 << 20) - 512), to: path)
    }
}
