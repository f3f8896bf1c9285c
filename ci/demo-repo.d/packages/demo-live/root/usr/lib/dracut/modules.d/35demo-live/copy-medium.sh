#!/bin/bash
# `coreos.liveiso.fromram`: the system needs its medium no longer, which can be taken out or written to.
set -euo pipefail

mkdir -p /run/media/iso /run/ephemeral-medium
mount -t iso9660 -o ro "$MEDIUM" /run/media/iso
mount -t tmpfs -o size=90%,mode=0700 live-medium /run/ephemeral-medium
cp /run/media/iso/images/pxeboot/rootfs.img /run/ephemeral-medium/rootfs.img
umount /run/media/iso
