#!/bin/bash
# Makes the units that mount a live system's root: from the medium that `coreos.liveiso=LABEL` names, or else from what the kernel
# unpacked or live-rootfs.service fetches.
set -euo pipefail

is-live-image || exit 0
units=$1
: >/run/ostree-live

# require UNIT TARGET: the target waits for a unit of this module.
require() {
    mkdir -p "$units/$2.requires"
    ln -sf "${3:-/usr/lib/systemd/system}/$1" "$units/$2.requires/$1"
}

# mount_unit DESCRIPTION REQUIRES WHAT WHERE OPTIONS [TYPE]
mount_unit() {
    cat <<EOF
[Unit]
Description=$1
DefaultDependencies=no
Requires=$2
After=$2
Before=initrd-root-fs.target

[Mount]
What=$3
Where=$4
Options=$5
${6:+Type=$6}
EOF
}

read -r cmdline </proc/cmdline
label=
from_memory=
for argument in $cmdline; do
    case $argument in
    coreos.liveiso=*) label=${argument#*=} ;;
    coreos.liveiso.fromram) from_memory=yes ;;
    esac
done

image=/run/live-root
options=ro
source=live-rootfs.service
if [[ -n $label ]]; then
    device=/dev/disk/by-label/$label
    device_unit=$(systemd-escape --path --suffix=device "$device")
    options=ro,loop,offset=124
    if [[ -n $from_memory ]]; then
        # No mount unit: each later start of a target would mount the medium again.
        image=/run/ephemeral-medium/rootfs.img
        source=live-medium-copy.service
        mkdir -p "$units/$source.d"
        cat >"$units/$source.d/10-medium.conf" <<EOF
[Unit]
Requires=$device_unit
After=$device_unit

[Service]
Environment=MEDIUM=$device
EOF
    else
        # The filesystem is the first member of the archive.
        image=/run/media/iso/images/pxeboot/rootfs.img
        source=run-media-iso.mount
        mount_unit "Live medium" "$device_unit" "$device" /run/media/iso ro iso9660 >"$units/$source"
    fi
fi
mount_unit "Root of the live system" "$source" "$image" /sysroot "$options" >"$units/sysroot.mount"
require sysroot.mount initrd-root-fs.target ..
require live-writable.service initrd-root-fs.target
require ostree-prepare-root.service initrd-root-fs.target

# No boot entry names the deployment: there is only one.
mkdir -p "$units/ostree-prepare-root.service.d"
cat >"$units/ostree-prepare-root.service.d/10-live.conf" <<EOF
[Unit]
ConditionKernelCommandLine=

[Service]
ExecStartPre=/usr/libexec/live/ostree-cmdline start
ExecStartPost=/usr/libexec/live/ostree-cmdline stop
EOF
require live-config.service ignition-complete.target
require live-populate-var.service ignition-complete.target
