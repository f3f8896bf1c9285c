/// The texts that GRUB reads.
enum GRUBConfiguration {
    /// Built into the image: finds the boot partition and its configuration.
    static let early = """
        search --no-floppy --set=root --label boot
        set prefix=($root)/grub2
        configfile /grub2/grub.cfg

        """

    /// What leads from an image's GRUB to its configuration, `EFI/<vendor>/grub.cfg`, on the volume of this name.
    static func live(volumeID: String, vendor: String) -> String {
        """
        search --no-floppy --set=root --label "\(volumeID)"
        set prefix=($root)/EFI/\(vendor)
        configfile $prefix/grub.cfg

        """
    }

    /// `/boot/grub2/grub.cfg`: the same on every disk and never changed after. Boot entries come from libostree's
    /// `syslinux.cfg`, whose `$ignition_firstboot` GRUB replaces; with the stamp file it asks for Ignition, and what
    /// the stamp sets as `ignition_network_kcmdline` is how the network comes up for it.
    static let main = """
        set timeout=1
        if [ -f /grub2/console.cfg ]; then
          source /grub2/console.cfg
        fi
        search --no-floppy --set=root --label boot
        set ignition_firstboot=""
        if [ -f /ignition.firstboot ]; then
          set ignition_network_kcmdline=""
          source /ignition.firstboot
          set ignition_firstboot="ignition.firstboot ${ignition_network_kcmdline}"
        fi
        if [ -f /grub2/user.cfg ]; then
          source /grub2/user.cfg
        fi
        syslinux_source -r / /loader/syslinux.cfg

        """

    /// `/boot/grub2/console.cfg`: a platform's commands between the markers at which coreos-installer replaces them.
    static func console(_ commands: [String]) -> String {
        (["# CONSOLE-SETTINGS-START"] + commands + ["# CONSOLE-SETTINGS-END", ""]).joined(separator: "\n")
    }
}
