#!/bin/bash
# A config that an installer left on the boot filesystem goes before the platform's.
set -euo pipefail

boot=/run/ignition-boot
mkdir -p "$boot" /usr/lib/ignition
mount -o ro /dev/disk/by-label/boot "$boot"
if [[ -f $boot/ignition/config.ign ]]; then
    cp "$boot/ignition/config.ign" /usr/lib/ignition/user.ign
    echo "using the Ignition config of the boot filesystem"
fi
umount "$boot"
