import VirtualMachine

/// The tests that boot a build's live images, by the names of upstream's kola where it has them
/// (mantle/kola/tests/iso/live-*.go), and those in which something goes wrong first.
enum LiveTests {
    private static let names = [
        "iso.live-login.bios",
        "iso.live-login.uefi",
        "iso.live-login.uefi-secure",
        "iso.iso-as-disk.bios",
        "iso.iso-as-disk.uefi",
        "iso.iso-as-disk.uefi-secure",
        "iso.iso-fips.uefi",
        "iso.iso-install.bios",
        "iso.iso-install.uefi",
        "iso.iso-offline-install.bios",
        "iso.iso-offline-install.uefi",
        "iso.iso-offline-install.4k.uefi",
        "iso.iso-offline-install-fromram.bios",
        "iso.iso-offline-install-fromram.4k.uefi",
        "iso.miniso-install.bios",
        "iso.miniso-install.uefi",
        "iso.miniso-install.4k.uefi",
        "iso.pxe-offline-install.bios",
        "iso.pxe-offline-install.uefi",
        "iso.pxe-offline-install.4k.uefi",
        "iso.pxe-offline-install.rootfs-appended.bios",
        "iso.pxe-offline-install.rootfs-appended.uefi",
        "iso.pxe-online-install.bios",
        "iso.pxe-online-install.uefi",
        "iso.pxe-online-install.4k.uefi",
        "iso.iso-offline-install.interrupted.bios",
        "iso.iso-offline-install.small-disk.bios",
        "iso.iso-install.bad-signature.bios",
        "iso.iso-install.no-network.bios",
    ]

    /// All of them.
    static var all: [KolaTest] {
        names.compactMap { name in LiveScenario(name).map { test(name: name, $0) } }
    }

    /// The disk of a test whose disk is too small, in GiB.
    private static let smallDisk = 1

    private static func test(name: String, _ scenario: LiveScenario) -> KolaTest {
        var metadata = TestMetadata()
        metadata.description = description(of: scenario)
        metadata.architectures = InclusionList("x86_64")
        metadata.platforms = InclusionList("qemu")
        metadata.tags = [SpecialTag.skipBaseChecks]
        if [.install, .minimalInstall].contains(scenario.kind) { metadata.tags.append(SpecialTag.needsInternet) }
        if scenario.firmware == .uefiSecure {
            metadata.tags.append(SpecialTag.secureBoot)
            metadata.requiredTag = SpecialTag.secureBoot
        }
        if scenario.kind == .fips {
            metadata.distros = InclusionList("rhcos")
            metadata.appendKernelArgs = "fips=1"
        }
        if scenario.hasLargeSectors { metadata.primaryDisk = ":4k" }
        if scenario.fault == .smallDisk { metadata.minDisk = smallDisk }
        // Upstream's 3 and 12 are for KVM.
        metadata.timeoutMin = scenario.isInstall ? scenario.fault == nil ? 30 : 60 : 15
        metadata.minMemory = scenario.isInstall ? scenario.isRootfsAppended ? 5120 : 4096 : 2048
        return KolaTest(name: name, metadata: metadata, firmware: scenario.firmware, body: .live(scenario))
    }

    private static func description(of scenario: LiveScenario) -> String {
        switch scenario.fault {
        case .interrupted: return "An installation that is cut off is done again."
        case .smallDisk: return "The installer says that the disk is too small."
        case .badSignature: return "The installer refuses an image without a good signature, until it is told not to."
        case .noNetwork: return "The installer says that the network is not there, and installs once it is."
        case nil: break
        }
        return switch scenario.kind {
        case .login: "The live ISO boots to a login."
        case .asDisk: "The live ISO boots from a disk."
        case .fips: "The live ISO boots in FIPS mode."
        case .offlineInstall: "The live ISO installs what it carries, and the disk boots."
        case .install: "The live ISO installs an image from the network, and the disk boots."
        case .minimalInstall: "The minimal ISO boots with a root filesystem from the network and installs."
        case .netbootOfflineInstall: "A network boot installs what it carries, and the disk boots."
        case .netbootInstall: "A network boot installs an image from the network, and the disk boots."
        }
    }
}
