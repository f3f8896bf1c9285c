import SystemPackage

/// An ISO image that a machine boots from: a CD where its disk does not boot, one that is a disk always.
public struct LiveISO: Sendable, Hashable, Codable {
    /// The image. It is never written to.
    public var path: FilePath
    /// The guest sees it as a disk rather than in a CD drive.
    public var isDisk: Bool

    /// An ISO image.
    public init(path: FilePath, isDisk: Bool = false) {
        self.path = path
        self.isDisk = isDisk
    }

    /// The size in bytes of the disk that such a machine has to install to.
    public static let emptyDiskSize: Int64 = 12 << 30
}
