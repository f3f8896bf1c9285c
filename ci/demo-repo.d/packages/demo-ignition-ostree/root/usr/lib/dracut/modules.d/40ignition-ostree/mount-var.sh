#!/bin/bash
# Ignition writes below /var before the system mounts it.
set -euo pipefail

if [[ $1 == umount ]]; then
    umount /sysroot/var
    exit 0
fi

read -r cmdline </proc/cmdline
[[ " $cmdline " =~ \ ostree=/ostree/boot[^/]*/([^/]+)/ ]] || { echo "no usable ostree= in: $cmdline" >&2; exit 1; }
var=/sysroot/sysroot/ostree/deploy/${BASH_REMATCH[1]}/var
mount --bind "$var" /sysroot/var
# The physical root is read-only under sysroot.readonly, and a bind mount inherits that.
mount -o remount,bind,rw /sysroot/var
