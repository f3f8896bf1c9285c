import VirtualMachine

/// What a live test does: the words in its name `iso.SCENARIO.FIRMWARE` say it, as with upstream's kola
/// (mantle/kola/tests/iso/common.go).
public struct LiveScenario: Sendable, Equatable {
    /// What is booted, and what happens then.
    enum Kind: String, Sendable, CaseIterable {
        /// The ISO, without an Ignition config: somebody is logged in on the console.
        case login = "live-login"
        /// The ISO on a disk.
        case asDisk = "iso-as-disk"
        /// The ISO in FIPS mode.
        case fips = "iso-fips"
        /// The ISO installs what it carries.
        case offlineInstall = "iso-offline-install"
        /// The ISO installs an image from the network.
        case install = "iso-install"
        /// The minimal ISO gets its root filesystem from the network, and installs what that carries.
        case minimalInstall = "miniso-install"
        /// A network boot installs what its root filesystem carries.
        case netbootOfflineInstall = "pxe-offline-install"
        /// A network boot installs an image from the network.
        case netbootInstall = "pxe-online-install"
    }

    let kind: Kind
    /// How the machine starts.
    let firmware: MachineDescription.Firmware
    /// The disk has sectors of 4,096 bytes.
    let hasLargeSectors: Bool
    /// The live system runs from memory alone, without its ISO.
    let isFromRAM: Bool
    /// The root filesystem comes with the initramfs, and not by its URL.
    let isRootfsAppended: Bool
    /// What goes wrong first; nil where nothing does.
    let fault: LiveFault?

    /// Reads a test's name; nil where its scenario is none of those.
    init?(_ name: String) {
        let words = name.split(separator: ".").map(String.init)
        // `iso-install` is a part of no other; `-fromram` is a word at the end of the scenario.
        let scenario = words.dropFirst().first?.replacing("-fromram", with: "") ?? ""
        guard words.first == "iso", let kind = Kind(rawValue: scenario) else { return nil }
        self.kind = kind
        firmware = words.contains("uefi-secure") ? .uefiSecure : words.contains("uefi") ? .uefi : .bios
        hasLargeSectors = words.contains("4k")
        isFromRAM = name.contains("fromram")
        isRootfsAppended = words.contains("rootfs-appended")
        fault = words.compactMap(LiveFault.init(rawValue:)).first
    }

    /// Whether it writes the OS to the disk.
    var isInstall: Bool { ![.login, .asDisk, .fips].contains(kind) }

    /// Whether it boots over the network.
    var isNetboot: Bool { [.netbootInstall, .netbootOfflineInstall].contains(kind) }

    /// Whether the image that is installed comes from the network.
    var fetchesImage: Bool { [.install, .netbootInstall].contains(kind) }

    /// Whether the guest gets anything from the host's server.
    var usesServer: Bool { isNetboot || fetchesImage || kind == .minimalInstall }

    /// What it needs of the build.
    var artifacts: [LiveArtifacts.Kind] {
        LiveArtifacts.Kind.required + (fetchesImage ? [imageKind] : [])
    }

    /// The image that is installed from the network.
    var imageKind: LiveArtifacts.Kind { hasLargeSectors ? .metal4k : .metal }
}
