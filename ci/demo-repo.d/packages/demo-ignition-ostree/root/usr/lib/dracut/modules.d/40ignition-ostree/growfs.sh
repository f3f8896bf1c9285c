#!/bin/bash
# Lets the root partition and its filesystem fill the disk. It does nothing where another partition follows.
set -euo pipefail

read -r source fstype < <(findmnt -nvr -o SOURCE,FSTYPE /sysroot)
sys=/sys/class/block/${source##*/}

if [[ -e $sys/partition ]]; then
    number=$(<"$sys/partition")
    parent=$(cd -P "$sys/.." && pwd)
    disk=/dev/${parent##*/}
    start=$(<"$sys/start")
    last=yes
    for other in "$parent/${parent##*/}"*/start; do
        (($(<"$other") > start)) && last=no
    done
    if [[ $last == yes ]]; then
        # The table is in use: write it, then tell the kernel about this partition alone.
        echo ',+' | sfdisk --no-reread --no-tell-kernel --force -N "$number" "$disk"
        partx --update --nr "$number" "$disk"
    fi
fi

case $fstype in
ext4) resize2fs "$source" ;;
xfs) xfs_growfs /sysroot ;;
btrfs) btrfs filesystem resize max /sysroot ;;
*) echo "cannot grow a filesystem of type $fstype" >&2 ;;
esac
