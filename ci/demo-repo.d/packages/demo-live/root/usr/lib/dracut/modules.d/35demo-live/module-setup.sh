#!/bin/bash
# shellcheck disable=SC2154 # dracut sets the variables and sources this file
# A live system: its root is a read-only filesystem, on the medium or unpacked by the kernel, and what it writes is in memory.
# All of it sleeps in an initramfs without the stamp that makes it a live one.

check() {
    return 255
}

depends() {
    echo ignition-ostree
}

installkernel() {
    hostonly='' instmods erofs squashfs isofs sr_mod cdrom loop =drivers/ata =drivers/usb/storage
}

install() {
    inst_multiple blkid cp curl ln losetup mkdir mount sha256sum systemd-escape umount
    inst_script "$moddir/is-live-image.sh" /usr/bin/is-live-image
    inst_script "$moddir/live-generator.sh" "$systemdutildir/system-generators/live-generator"
    local name
    for name in ostree-cmdline fetch-rootfs copy-medium; do
        inst_script "$moddir/$name.sh" "/usr/libexec/live/$name"
    done
    for name in live-config live-rootfs live-medium-copy live-writable live-populate-var; do
        inst_simple "$moddir/$name.service" "$systemdsystemunitdir/$name.service"
    done
}
