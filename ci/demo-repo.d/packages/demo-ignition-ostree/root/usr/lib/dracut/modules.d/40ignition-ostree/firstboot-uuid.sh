#!/bin/bash
# Every disk that is made from one image has the same UUIDs, well-known ones: each machine gets its own here, before anything is mounted.
# Who gave a disk another UUID meant it.
set -euo pipefail

disk_guid=00000000-0000-4000-A000-000000000001
boot_uuid=96d15588-3596-4b3c-adca-a2ff7279ea63
root_uuid=910678ff-f77e-4a7d-8d53-86f2ac47a823

renew() {
    local device=/dev/disk/by-label/$1 known=$2 type uuid
    type=$(blkid -p -s TYPE -o value "$device")
    uuid=$(blkid -p -s UUID -o value "$device")
    if [[ $uuid != "$known" ]]; then
        echo "$1 has a UUID of its own: $uuid"
        return
    fi
    case $type in
    ext4) tune2fs -U random "$device" ;;
    xfs) xfs_db -x -p xfs_admin -c 'uuid generate' "$device" ;;
    btrfs) btrfstune -m "$device" ;;
    *) echo "cannot give a filesystem of type $type another UUID" >&2 ;;
    esac
}

renew boot "$boot_uuid"
renew root "$root_uuid"

disk=$(lsblk -ndo PKNAME "$(readlink -f /dev/disk/by-label/root)")
if [[ -n $disk && $(sfdisk --disk-id "/dev/$disk") == "$disk_guid" ]]; then
    read -r guid </proc/sys/kernel/random/uuid
    sfdisk --no-reread --no-tell-kernel --disk-id "/dev/$disk" "$guid"
fi
udevadm settle
