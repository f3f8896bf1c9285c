import Builds
import HostSystem
import SystemPackage
import TestSupport

/// A working directory with a build whose configuration has what live images need.
struct LiveWorkspace {
    let workspace: Workspace
    let store: BuildStore

    /// A boot loader's configuration with room for kernel arguments.
    static let grub = """
        menuentry 'Tiny' {
        \tlinux /images/pxeboot/vmlinuz @@KERNEL-ARGS@@ ignition.firstboot
        \(String(repeating: "#", count: 400)) COREOS_KARG_EMBED_AREA
        \tinitrd /images/pxeboot/initrd.img /images/ignition.img
        }

        """
    static let isolinux = """
        label linux
          kernel /images/pxeboot/vmlinuz
          append initrd=/images/pxeboot/initrd.img,/images/ignition.img @@KERNEL-ARGS@@ ignition.firstboot
        \(String(repeating: "#", count: 400)) COREOS_KARG_EMBED_AREA

        """
    static let initramfs = "not an initramfs\n"

    /// Builds version 1.
    ///
    /// - Parameters:
    ///   - packages: further packages.
    ///   - live: the files of the configuration's folder `live`.
    ///   - image: further lines of image.yaml.
    init(packages: [RPMFixture] = [], live: [String: String] = ["EFI/tiny/grub.cfg": grub], image: String = "")
        async throws
    {
        let initramfs = RPMFixture(
            "tiny-initramfs", files: [.init("/usr/lib/modules/6.1.0-tiny/initramfs.img", .regular(Self.initramfs))])
        workspace = try await Workspace(
            packages: packages + [initramfs],
            manifest: TinyOS.manifest(packages: packages.map(\.name) + ["tiny-initramfs"]),
            image: "size: 2\nrootfs: ext4\nextra-kargs: [quiet, console=ttyS0]\n\(image)")
        for (path, text) in live { try workspace.write(text, to: "live/\(path)") }
        store = BuildStore(WorkingDirectory(root: workspace.work))
        try await workspace.cosa("build", "--version", "1").succeeded()
    }

    /// Where an image of the build is.
    func image(_ name: String) throws -> FilePath { try store.artifact(name, of: "1", arch: Architecture.current) }

    /// What a shell command prints, `$1` and so on being the arguments.
    func shell(_ script: String, _ arguments: String...) async throws -> String {
        try await Command("sh", ["-euc", script, "sh"] + arguments).run().text
    }
}
