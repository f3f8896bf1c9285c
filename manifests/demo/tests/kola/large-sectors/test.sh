#!/bin/bash
## kola:
##   requiredTag: large-sectors
##   minDisk: 6
##   timeoutMin: 10
##   description: The system started from a disk with sectors of 4,096 bytes, and its root fills it.

set -euo pipefail

fail() {
    echo "error: $*" >&2
    exit 1
}

disk=$(readlink -f /dev/disk/by-id/virtio-primary-disk)
[[ $(blockdev --getss "$disk") == 4096 ]] || fail "$disk has sectors of $(blockdev --getss "$disk") bytes"
[[ $(readlink -f "$(findmnt -n -o SOURCE /sysroot | sed 's/\[.*//')") == "$disk"* ]] || fail "the root is not on $disk"
[[ -d /sys/firmware/efi ]] || fail "this is no UEFI machine"
size=$(findmnt -n -b -o SIZE /sysroot)
((size > 5 * 1024 ** 3 * 19 / 20)) || fail "the root has $size bytes of a disk with 6 GiB"
# The table's second copy is where the disk ends now.
sfdisk --verify "$disk" || fail "the partition table is damaged"
echo "ok: $size bytes"
