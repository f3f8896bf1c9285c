import HostSystem
import SystemPackage

/// The files of syslinux that a CD boots with (ISOLINUX), of the host.
struct SyslinuxFiles {
    /// The folder with `isolinux.bin` and `isohdpfx.bin`.
    let programs: FilePath
    /// The folder with the modules, `*.c32`.
    let modules: FilePath

    private static let places = [
        SyslinuxFiles(programs: "/usr/share/syslinux", modules: "/usr/share/syslinux"),
        SyslinuxFiles(programs: "/usr/lib/ISOLINUX", modules: "/usr/lib/syslinux/modules/bios"),
    ]
    /// What a menu in graphics takes.
    private static let names = ["ldlinux.c32", "libcom32.c32", "libutil.c32", "vesamenu.c32"]

    /// The first sectors of an image that is on a disk.
    var diskSectors: FilePath { programs.appending("isohdpfx.bin") }

    /// Where this host has them.
    ///
    /// - Throws: ``DiskImageError/missingFiles(_:package:)``.
    static func ofHost() throws(DiskImageError) -> SyslinuxFiles {
        let found = places.first {
            FileContent.exists($0.diskSectors) && FileContent.exists($0.modules.appending(names[0]))
        }
        guard let found else {
            throw .missingFiles(
                places[0].programs.appending("isolinux.bin"),
                package: "syslinux (Fedora), or isolinux and syslinux-common (Debian), for live/isolinux/isolinux.cfg")
        }
        return found
    }

    /// The files by their path in an image.
    ///
    /// - Throws: the errors of the file system.
    func files() throws -> [String: [UInt8]] {
        var files = ["isolinux/isolinux.bin": try FileContent.read(programs.appending("isolinux.bin"))]
        for name in Self.names { files["isolinux/\(name)"] = try FileContent.read(modules.appending(name)) }
        return files
    }
}
