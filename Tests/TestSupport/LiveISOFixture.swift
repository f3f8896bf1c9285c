import Foundation
import HostSystem
import SystemPackage

/// A live ISO image, small and not bootable, with the areas of coreos-assembler's.
public struct LiveISOFixture {
    /// The image.
    public let path: FilePath
    /// The same without its root filesystem, if it was made.
    public let minimal: FilePath?
    /// It is there as long as this value.
    private let directory: TemporaryDirectory

    /// The size in bytes of the area for an Ignition config.
    public static let ignitionAreaSize = 256 << 10
    /// The size in bytes of the areas for kernel arguments.
    public static let argumentAreaSize = 300
    /// The arguments with which it is made.
    public static let arguments = "coreos.liveiso=live mitigations=auto,nosmt ignition.platform.id=metal"
    /// The root filesystem.
    public static let rootfs = [UInt8](repeating: 0x52, count: 100_000)

    /// Makes it with xorriso.
    ///
    /// - Parameters:
    ///   - otherArguments: what the second boot loader has; nil is the same as the first.
    ///   - without: files, by their path, that are left out.
    ///   - changes: texts that replace files' contents.
    ///   - consoleText: what a BIOS that boots it writes to the first serial port, and nothing else; nil does not boot.
    public init(
        in directory: TemporaryDirectory, name: String = "live", otherArguments: String? = nil,
        without: Set<String> = [],
        changes: [String: String] = [:], minimal: Bool = false, consoleText: String? = nil
    ) async throws {
        func area(_ arguments: String) -> String {
            arguments + "\n" + String(repeating: "#", count: Self.argumentAreaSize - arguments.utf8.count - 1)
        }
        let isolinux = "label linux\n  append initrd=/images/pxeboot/initrd.img "
        let grub = "menuentry 'Live' {\n\tlinux /images/pxeboot/vmlinuz "
        let kargs = """
            {"default": "\(Self.arguments)", "size": \(Self.argumentAreaSize), "files": [
              {"path": "isolinux/isolinux.cfg", "offset": \(isolinux.utf8.count)},
              {"path": "EFI/demo/grub.cfg", "offset": \(grub.utf8.count), "pad": "#", "end": "\\n"}]}
            """
        var files: [String: [UInt8]] = [
            "images/ignition.img": Array(repeating: 0, count: Self.ignitionAreaSize),
            "images/pxeboot/vmlinuz": Array("kernel".utf8),
            "images/pxeboot/initrd.img": Array("initramfs".utf8),
            "images/pxeboot/rootfs.img": Self.rootfs,
            "isolinux/isolinux.cfg": Array((isolinux + area(Self.arguments) + " COREOS_KARG_EMBED_AREA\n").utf8),
            "EFI/demo/grub.cfg": Array(
                (grub + area(otherArguments ?? Self.arguments) + " COREOS_KARG_EMBED_AREA\n").utf8),
            "coreos/igninfo.json": Array(#"{"file": "images/ignition.img"}"#.utf8),
            "coreos/kargs.json": Array(kargs.utf8),
            "coreos/miniso.dat": Array(repeating: 0, count: 16 << 10),
        ]
        for path in without { files[path] = nil }
        for (path, text) in changes { files[path] = Array(text.utf8) }
        self.directory = directory
        path = directory.appending("\(name).iso")
        var options: [String] = []
        if let consoleText {
            let disk = directory.appending("\(name).boot")
            try BootSector.write(consoleText, to: disk)
            files["boot.img"] = try Array(FileContent.read(disk).prefix(2048))
            options = ["-b", "boot.img", "-no-emul-boot", "-boot-load-size", "4"]
        }
        try await Self.master(files, as: path, in: directory.appending("\(name).d"), options)
        guard minimal else {
            self.minimal = nil
            return
        }
        files["images/pxeboot/rootfs.img"] = nil
        files["coreos/miniso.dat"] = nil
        let minimal = directory.appending("\(name)-minimal.iso")
        try await Self.master(files, as: minimal, in: directory.appending("\(name)-minimal.d"))
        self.minimal = minimal
    }

    private static func master(
        _ files: [String: [UInt8]], as image: FilePath, in tree: FilePath, _ options: [String] = []
    ) async throws {
        for (name, content) in files {
            let file = tree.appending(name)
            try FileContent.createDirectory(file.removingLastComponent())
            try AtomicFile.write(content, to: file)
        }
        try await Command(
            "xorriso", ["-as", "mkisofs", "-quiet", "-R", "-V", "live"] + options + ["-o", image.string, tree.string],
            environment: ["SOURCE_DATE_EPOCH": "1700000000"]
        ).run()
    }

    /// A file's content as xorriso takes it out.
    public static func content(_ file: String, of image: FilePath) async throws -> [UInt8] {
        let output = image.removingLastComponent().appending("extracted-\(UInt64.random(in: .min ... .max))")
        try await Command(
            "xorriso", ["-osirrox", "on", "-indev", "stdio:\(image)", "-extract", "/\(file)", output.string]
        ).run()
        defer { try? FileManager.default.removeItem(atPath: output.string) }
        return try FileContent.read(output)
    }
}
