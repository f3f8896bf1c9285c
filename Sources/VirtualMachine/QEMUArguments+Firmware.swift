import SystemPackage

/// UEFI firmware: its code, and the variables that a new machine starts with.
struct UEFIFirmware: Sendable, Equatable {
    /// The code, mapped read-only.
    let code: FilePath
    /// The template of the variables.
    let variables: FilePath

    /// Debian's `ovmf`; nil where the machine has a BIOS.
    init?(_ firmware: MachineDescription.Firmware) {
        switch firmware {
        case .bios: return nil
        case .uefi: (code, variables) = ("/usr/share/OVMF/OVMF_CODE_4M.fd", "/usr/share/OVMF/OVMF_VARS_4M.fd")
        case .uefiSecure:
            // Microsoft's keys are enrolled in these variables: Secure Boot is on from the first boot.
            (code, variables) = ("/usr/share/OVMF/OVMF_CODE_4M.ms.fd", "/usr/share/OVMF/OVMF_VARS_4M.ms.fd")
        }
    }
}

extension QEMUArguments {
    var firmware: [String] {
        guard let uefi = UEFIFirmware(description.firmware) else { return [] }
        // Only code in the management mode writes to the flash then, so that no guest turns Secure Boot off.
        let protection = ["-global", "driver=cfi.pflash01,property=secure,value=on"]
        return (description.firmware == .uefiSecure ? protection : []) + [
            "-drive", "if=pflash,unit=0,format=raw,readonly=on,file=\(uefi.code.string.inOptionList)",
            "-drive", "if=pflash,unit=1,format=raw,file=\(files.firmwareVariables.string.inOptionList)",
        ]
    }
}
