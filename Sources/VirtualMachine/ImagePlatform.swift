import Deployment
import Ext2fs
import SystemPackage

/// The platform that a disk image was made for.
public enum ImagePlatform {
    /// Whether an image gets its Ignition config from the boot partition (`/ignition/config.ign`): one that was made for
    /// metal, or for a cloud, does not look into QEMU's firmware configuration.
    ///
    /// Only raw images are looked into: those for metal are raw.
    public static func readsConfigFromDisk(_ image: FilePath) -> Bool {
        guard MachineDescription.ImageFormat(guessedFrom: image) == .raw else { return false }
        return identifier(ofRaw: image).map { $0 != "qemu" } ?? false
    }

    /// What a raw image's boot entries tell Ignition with `ignition.platform.id`; nil where there is no boot partition
    /// that can be read here, or where its entries do not say.
    static func identifier(ofRaw image: FilePath) -> String? {
        guard let offset = try? PartitionLabels(of: image).offset(of: "boot"),
            let boot = try? Ext4Filesystem(path: image, offset: offset, timestamp: 1, collectingWrites: true),
            let names = try? boot.list("/loader/entries")
        else { return nil }
        for name in names.sorted() where name.hasSuffix(".conf") {
            guard let bytes = try? boot.read("/loader/entries/\(name)") else { continue }
            let entry = BootLoaderEntry(parsing: String(decoding: bytes, as: UTF8.self))
            if let platform = entry.kernelArguments.values(of: "ignition.platform.id").last { return platform }
        }
        return nil
    }
}
