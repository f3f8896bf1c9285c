import HostSystem
import SystemPackage

/// A disk whose boot sector writes a text to the first serial port and halts: a guest that is there in a second.
public enum BootSector {
    private static func program(powersOff: Bool) -> [UInt8] {
        let end: [UInt8] =
            powersOff
            ? [0xba, 0x04, 0x06, 0xb8, 0x00, 0x20, 0xef]  // mov dx, 0x604; mov ax, 0x2000; out dx, ax (ACPI: soft off)
            : []
        let text = UInt8(22 + end.count)
        return [
            0xfa,  // cli
            0x31, 0xc0, 0x8e, 0xd8,  // xor ax, ax; mov ds, ax
            0xbe, text, 0x7c,  // mov si, text
            0xac, 0x84, 0xc0, 0x74, 0x06,  // next: lodsb; test al, al; jz end
            0xba, 0xf8, 0x03, 0xee, 0xeb, 0xf5,  // mov dx, 0x3f8; out dx, al; jmp next
        ] + end + [
            0xf4, 0xeb, 0xfd,  // halt: hlt; jmp halt
        ]
    }

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
    ///
    /// - Parameter powersOff: the machine ends after the text.
    public static func write(_ text: String, to path: FilePath, powersOff: Bool = false) throws {
        var sector = program(powersOff: powersOff) + Array(text.utf8) + [0]
        precondition(sector.count <= 510)
        sector += [UInt8](repeating: 0, count: 510 - sector.count) + [0x55, 0xaa]
        try AtomicFile.write(sector + [UInt8](repeating: 0, count: (1 << 20) - 512), to: path)
    }
}
