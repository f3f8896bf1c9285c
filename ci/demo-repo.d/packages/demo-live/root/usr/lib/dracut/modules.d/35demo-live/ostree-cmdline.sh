#!/bin/bash
# OSTree's first step reads from the kernel's command line which deployment to boot: that of a live system is found here.
set -euo pipefail

case $1 in
start)
    deployment=(/sysroot/ostree/boot.1/*/*/0)
    read -r cmdline </proc/cmdline
    echo "$cmdline ostree=${deployment[0]#/sysroot}" >/run/live-cmdline
    mount --bind /run/live-cmdline /proc/cmdline
    ;;
stop)
    umount /proc/cmdline
    ;;
esac
