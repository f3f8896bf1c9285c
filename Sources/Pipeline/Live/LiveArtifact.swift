/// What ``LiveStep`` makes, by the keys of `meta.json` (coreos-assembler's schema, `images`).
enum LiveArtifact: String, CaseIterable, Sendable {
    case iso = "live-iso"
    case kernel = "live-kernel"
    case initramfs = "live-initramfs"
    case rootfs = "live-rootfs"

    /// The end of the file's name, after the architecture.
    var suffix: String {
        switch self {
        case .iso: "iso"
        case .kernel: ""
        case .initramfs, .rootfs: "img"
        }
    }
}
