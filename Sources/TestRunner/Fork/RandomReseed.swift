/// A program for x86_64 guests that makes the kernel draw its random numbers from what was mixed into its pool just now.
///
/// Two forks of a machine would say the same random numbers for up to a minute, until the kernel reseeds by itself: writing to
/// `/dev/urandom` mixes but does not reseed. A shell has no way to ask for that, so it is this program of a dozen instructions:
/// `exit(-ioctl(open("/dev/urandom", O_WRONLY), RNDRESEEDCRNG))`, see random(4).
enum RandomReseed {
    /// Where it is in the guest.
    static let path = "/usr/local/bin/kola-reseed"

    /// The bytes of the ELF file: header, one segment, code, the device's name.
    static var program: [UInt8] { fileHeader + programHeader + code + device }

    private static let base: UInt64 = 0x40_0000
    private static let device: [UInt8] = Array("/dev/urandom".utf8) + [0]
    private static let headersLength = 64 + 56

    private static var fileHeader: [UInt8] {
        // ELF, 64 bits, little endian, System V.
        let identification: [UInt8] = [0x7f, 0x45, 0x4c, 0x46, 2, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0]
        // An executable for x86_64; the entry is behind the headers, the program header behind this one.
        let kind = bytes(UInt16(2)) + bytes(UInt16(62)) + bytes(UInt32(1))
        let places = bytes(base + UInt64(headersLength)) + bytes(UInt64(64)) + bytes(UInt64(0)) + bytes(UInt32(0))
        let sizes = bytes(UInt16(64)) + bytes(UInt16(56)) + bytes(UInt16(1)) + bytes(UInt16(0)) + bytes(UInt16(0))
        return identification + kind + places + sizes + bytes(UInt16(0))
    }

    private static var programHeader: [UInt8] {
        let length = bytes(UInt64(headersLength + code.count + device.count))
        // PT_LOAD, readable and executable: the whole file at the base.
        return bytes(UInt32(1)) + bytes(UInt32(5)) + bytes(UInt64(0)) + bytes(base) + bytes(base) + length + length
            + bytes(UInt64(0x1000))
    }

    private static let code: [UInt8] = [
        0xb8, 0x02, 0x00, 0x00, 0x00,  // mov eax, 2 (open)
        0x48, 0x8d, 0x3d, 0x22, 0x00, 0x00, 0x00,  // lea rdi, [rip + device]
        0xbe, 0x01, 0x00, 0x00, 0x00,  // mov esi, 1 (O_WRONLY)
        0x0f, 0x05,  // syscall
        0x89, 0xc7,  // mov edi, eax
        0xb8, 0x10, 0x00, 0x00, 0x00,  // mov eax, 16 (ioctl)
        0xbe, 0x07, 0x52, 0x00, 0x00,  // mov esi, 0x5207 (RNDRESEEDCRNG)
        0x0f, 0x05,  // syscall
        0x89, 0xc7,  // mov edi, eax
        0xf7, 0xdf,  // neg edi
        0xb8, 0x3c, 0x00, 0x00, 0x00,  // mov eax, 60 (exit)
        0x0f, 0x05,  // syscall
        0x90, 0x90,  // nop
    ]

    private static func bytes(_ value: some FixedWidthInteger) -> [UInt8] {
        withUnsafeBytes(of: value.littleEndian) { Array($0) }
    }
}
