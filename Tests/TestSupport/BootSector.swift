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

    private static let ticker: [UInt8] = [
        0x31, 0xc0, 0x8e, 0xd8, 0xfb,  // xor ax, ax; mov ds, ax; sti
        0xb3, 0x61,  // again: mov bl, 'a'
        0xba, 0xf8, 0x03,  // mov dx, 0x3f8
        0x8b, 0x0e, 0x6c, 0x04,  // next: mov cx, [0x46c] (the BIOS's ticks)
        0xf4, 0x3b, 0x0e, 0x6c, 0x04, 0x74, 0xf9,  // wait: hlt; cmp cx, [0x46c]; je wait
        0x88, 0xd8, 0xee,  // mov al, bl; out dx, al
        0xfe, 0xc3, 0x80, 0xfb, 0x7b, 0x75, 0xeb,  // inc bl; cmp bl, '{'; jne next
        0xb3, 0x61, 0xeb, 0xe7,  // mov bl, 'a'; jmp next
    ]

    /// Writes a disk, raw, 1 MiB, whose boot sector says the alphabet over and over, 18 letters in a second.
    public static func writeTicker(to path: FilePath) throws {
        let sector = ticker + [UInt8](repeating: 0, count: 510 - ticker.count) + [0x55, 0xaa]
        try AtomicFile.write(sector + [UInt8](repeating: 0, count: (1 << 20) - 512), to: path)
    }

    /// Writes such a disk, raw, 1 MiB.
    public static func write(_ text: String, to path: FilePath) throws {
        var sector = program + Array(text.utf8) + [0]
        precondition(sector.count <= 510)
        sector += [UInt8](repeating: 0, count: 510 - sector.count) + [0x55, 0xaa]
        try AtomicFile.write(sector + [UInt8](repeating: 0, count: (1 << 20) - 512), to: path)
    }
}
