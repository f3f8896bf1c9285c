import SystemPackage

/// What an ISO image boots with, from a CD and from a USB stick.
public struct ISOBoot: Sendable {
    /// How machines with a BIOS start it; nil where there are none.
    public var bios: BIOS?
    /// The EFI system partition: a vfat image.
    public var efiSystem: FilePath
    /// Files of the image by their path in it: the boot loaders' configurations and what they load.
    public var files: [String: [UInt8]]

    /// How machines with a BIOS start an image.
    public struct BIOS: Sendable, Equatable {
        /// The path, in the image, of the program that is loaded from a CD (El Torito, without emulation).
        public var program: String
        /// The path that the boot catalog gets.
        public var catalog: String
        /// The first sectors of the image, for when it is on a disk: a file of the host.
        public var diskSectors: FilePath
        /// Which boot loader it is.
        public var loader: Loader
    }

    /// A boot loader for BIOS machines.
    public enum Loader: Sendable, Equatable {
        /// GRUB.
        case grub
        /// ISOLINUX, of syslinux.
        case isolinux
    }
}
