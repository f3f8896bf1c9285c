#!/bin/bash
# shellcheck disable=SC2154 # dracut sets the variables and sources this file
# Glue between Ignition and OSTree: the steps of a first boot that neither of the two brings along.

check() {
    [[ -x $systemdutildir/systemd && -x /usr/lib/ostree/ostree-prepare-root ]] || return 1
    # Only on request (dracut.conf.d or --add): it is of no use outside of an OSTree system.
    return 255
}

depends() {
    echo ignition ostree systemd-networkd
}

installkernel() {
    hostonly='' instmods virtio_blk virtio_net virtio_scsi virtio_console virtio_rng virtio_pci \
        nvme ahci sd_mod ata_piix ext4 xfs btrfs vfat nls_ascii nls_cp437 qemu_fw_cfg overlay
}

# Installs a unit and makes a target of the initramfs require it.
install_unit() {
    local unit=$1 target=$2
    inst_simple "$moddir/$unit" "$systemdsystemunitdir/$unit"
    mkdir -p "$initdir/$systemdsystemunitdir/$target.requires"
    ln_r "$systemdsystemunitdir/$unit" "$systemdsystemunitdir/$target.requires/$unit"
}

install() {
    # The initramfs has next to no coreutils; a tool that is missing here is "command not found" at boot.
    inst_multiple blkid cat cp findmnt journalctl lsblk mkdir mount partx readlink resize2fs rm rmdir sfdisk \
        systemctl systemd-tmpfiles tune2fs umount udevadm networkctl
    inst_multiple -o btrfs btrfstune xfs_db xfs_growfs mkfs.btrfs mkfs.ext4 mkfs.vfat mkfs.xfs
    inst "$systemdutildir/systemd-networkd-wait-online"
    inst_simple /etc/ssl/certs/ca-certificates.crt

    inst_simple "$moddir/00-core.ign" /usr/lib/ignition/base.d/00-core.ign
    inst_script "$moddir/setfiles.sh" /usr/sbin/setfiles

    local script
    for script in firstboot-uuid setup-user enable-network growfs mount-var populate-var selinux-shim \
        virtio-dump-journal emergency-report; do
        inst_script "$moddir/$script.sh" "/usr/libexec/ignition-ostree/$script"
    done

    # Requirements of ignition-complete.target run on the first boot only, as Ignition itself.
    install_unit ignition-enable-network.service ignition-complete.target
    # A live system has no boot filesystem, and no disk that is its own.
    install_unit ignition-setup-user.service ignition-diskful.target
    install_unit ignition-ostree-firstboot-uuid.service ignition-diskful.target
    install_unit ignition-ostree-growfs.service ignition-diskful.target
    install_unit ignition-ostree-mount-var.service ignition-diskful.target
    install_unit ignition-ostree-populate-var.service ignition-diskful.target
    inst_simple "$moddir/selinux-shim.conf" "$systemdsystemunitdir/ignition-files.service.d/10-selinux-shim.conf"

    # The network comes up only where a config has to be fetched: it costs seconds of every boot.
    $SYSTEMCTL -q --root "$initdir" disable systemd-networkd.service systemd-networkd.socket \
        systemd-networkd-wait-online.service

    # Failures: the cause on the console and, for a test runner, the journal on a virtio port.
    install_unit ignition-virtio-dump-journal.service emergency.target
    inst_simple "$moddir/emergency-report.conf" "$systemdsystemunitdir/emergency.service.d/10-report.conf"
    inst_simple "$moddir/emergency-report.conf" "$systemdsystemunitdir/dracut-emergency.service.d/10-report.conf"
}
