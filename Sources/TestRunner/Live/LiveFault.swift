/// What goes wrong in a live test before all is well: the installer says so, and does it when it runs again.
enum LiveFault: String, Sendable, CaseIterable {
    /// The guest is cut off while its installer writes.
    case interrupted
    /// The disk is smaller than what is installed. Nobody makes it larger.
    case smallDisk = "small-disk"
    /// Nobody has signed the image that comes from the network; then somebody has signed another one.
    case badSignature = "bad-signature"
    /// The network is not there.
    case noNetwork = "no-network"

    /// What the installer's last line is about: one of these words is in it, in lower or upper case.
    var words: [String] {
        switch self {
        case .interrupted: []
        case .smallDisk: ["space", "small", "large", "bytes"]
        case .badSignature: ["signature", "signed", ".sig"]
        case .noNetwork: ["fetch", "network", "connect", "resolve", "answer", "timed out"]
        }
    }
}
