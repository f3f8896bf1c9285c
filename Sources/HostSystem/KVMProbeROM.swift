/// The smallest guest: a firmware image that says one letter and ends QEMU.
enum KVMProbeROM {
    /// The port of QEMU's `-debugcon`.
    static let debugPort: UInt8 = 0xe9
    /// The port of QEMU's `isa-debug-exit`; a value `v` written to it ends QEMU with status `2v + 1`.
    static let exitPort: UInt8 = 0xf4
    /// What the guest says.
    static let letter = UInt8(ascii: "K")
    /// The value that it writes to ``exitPort``.
    static let exitValue: UInt8 = 0x10
    /// QEMU's exit status then.
    static let exitStatus = Int32(exitValue) * 2 + 1

    /// 64 KiB, which end at the reset vector: the last 16 bytes jump to the start, where the program is.
    static var image: [UInt8] {
        let program: [UInt8] = [
            0xfa,  // cli
            0xb0, letter, 0xe6, debugPort,  // mov al, 'K'; out 0xe9, al
            0xb0, exitValue, 0xe6, exitPort,  // mov al, 0x10; out 0xf4, al
            0xf4, 0xeb, 0xfd,  // hlt; jmp to it
        ]
        let jump: [UInt8] = [0xea, 0x00, 0x00, 0x00, 0xf0]  // jmp f000:0000
        var bytes = [UInt8](repeating: 0, count: 64 << 10)
        bytes.replaceSubrange(0..<program.count, with: program)
        bytes.replaceSubrange(0xfff0..<(0xfff0 + jump.count), with: jump)
        return bytes
    }
}
