import SystemPackage

/// A live image that cannot be read or changed.
public enum LiveImageError: Error, Sendable, Equatable, CustomStringConvertible {
    /// It is no live ISO image of a CoreOS.
    case notLive(FilePath, lacks: String)
    /// Bytes are missing at its end.
    case cutShort(FilePath, missing: Int64)
    /// A file that says where the image can be changed cannot be read.
    case malformed(FilePath, file: String, reason: String)
    /// The image has no place for kernel arguments.
    case noArgumentAreas(FilePath)
    /// The image cannot be made minimal.
    case noMinimalImage(FilePath)
    /// What is to be embedded is larger than its place; both in bytes.
    case configTooLarge(FilePath, needed: Int, given: Int)
    /// Kernel arguments are longer than their place; both in bytes.
    case argumentsTooLong(FilePath, needed: Int, given: Int)
    /// There is a config already.
    case configPresent(FilePath)
    /// There is no config.
    case noConfig(FilePath)
    /// The image was changed, and only one as it was made will do.
    case customized(FilePath)
    /// What is no URL for the root filesystem, as a kernel argument has it.
    case unusableURL(String)
    /// An operation on a file failed.
    case file(FilePath, operation: String, reason: String)

    /// One line: the image, why, and what to do.
    public var description: String {
        switch self {
        case .notLive(let image, let lacks):
            "\(image) is no live ISO image of a CoreOS: \(lacks)"
        case .cutShort(let image, let missing):
            "\(image) is cut short: \(missing) bytes are missing; copy or download it again"
        case .malformed(let image, let file, let reason):
            "\(image): cannot read \(file): \(reason)"
        case .noArgumentAreas(let image):
            "\(image) has no place for kernel arguments (coreos/kargs.json is missing)"
        case .noMinimalImage(let image):
            "\(image) has nothing to make a minimal image from (coreos/miniso.dat is missing or empty)"
        case .configTooLarge(let image, let needed, let given):
            "\(image): the Ignition config takes \(needed) bytes when compressed, and there is room for \(given); let it "
                + "fetch the rest: `ignition.config.merge`"
        case .argumentsTooLong(let image, let needed, let given):
            "\(image): the kernel arguments take \(needed) bytes, and there is room for \(given)"
        case .configPresent(let image):
            "\(image) has an Ignition config already; --force replaces it"
        case .noConfig(let image):
            "\(image) has no Ignition config"
        case .customized(let image):
            "\(image) was changed; a minimal image is made of one as it was built: remove the Ignition config "
                + "(cosa iso ignition remove) and reset the kernel arguments (cosa iso kargs reset) first"
        case .unusableURL(let text):
            "--rootfs-url '\(text)': there is white space in it; write it as %20"
        case .file(let path, let operation, let reason):
            "cannot \(operation) \(path): \(reason)"
        }
    }
}
