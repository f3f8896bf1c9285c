import Deployment
import Ext2fs
import Treefile

/// What a platform changes on the boot partition: kernel arguments and GRUB's console.
struct BootPatch {
    /// The platform.
    let platform: Platform
    /// What platforms.yaml says about it.
    let settings: PlatformsTable.Settings

    /// Changes kernel arguments that were made for no platform in particular.
    func edit(_ arguments: inout KernelArguments) {
        arguments.set("ignition.platform.id", to: platform.ignitionID)
        for argument in settings.kernelArguments { arguments.appendIfMissing(argument) }
    }

    /// Changes the files.
    func apply(to filesystem: Ext4Filesystem) throws {
        for name in try filesystem.list("/loader/entries") where name.hasSuffix(".conf") {
            try rewrite("/loader/entries/\(name)", of: filesystem) { text in
                var entry = BootLoaderEntry(parsing: text)
                edit(&entry.kernelArguments)
                return entry.text
            }
        }
        if try filesystem.list("/loader").contains("syslinux.cfg") {
            try rewrite("/loader/syslinux.cfg", of: filesystem) { text in
                var configuration = SyslinuxConfiguration(parsing: text)
                configuration.editKernelArguments { edit(&$0) }
                return configuration.text
            }
        }
        if try filesystem.list("/").contains("grub2") {
            try rewrite("/grub2/console.cfg", of: filesystem) { _ in GRUBConfiguration.console(settings.grubCommands) }
        }
    }

    private func rewrite(_ path: String, of filesystem: Ext4Filesystem, _ change: (String) -> String) throws {
        let text = String(decoding: try filesystem.read(path), as: UTF8.self)
        try filesystem.overwrite(path, with: Array(change(text).utf8))
    }
}
