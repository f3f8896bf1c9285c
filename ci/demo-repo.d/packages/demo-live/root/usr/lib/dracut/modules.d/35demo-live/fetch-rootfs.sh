#!/bin/bash
# The root of a system that was booted from the network: a further initramfs that the boot loader brought, or what
# `coreos.live.rootfs_url` names. A root of another version than the initramfs is refused.
set -euo pipefail

fail() {
    echo "$*" >&2
    echo "live: $*" >/dev/kmsg
    exit 1
}

# use FILE OFFSET: makes a filesystem that is in a file the one that is mounted.
use() { ln -sf "$(losetup --find --show --read-only --offset "$2" "$1")" /run/live-root; }

read -r cmdline </proc/cmdline
url=
for argument in $cmdline; do
    case $argument in
    coreos.live.rootfs_url=*) url=${argument#*=} ;;
    esac
done

version=$(</etc/coreos-live-initramfs)
if [[ ! -e /etc/coreos-live-rootfs ]]; then
    [[ -n $url ]] || fail "no root filesystem: give the boot loader rootfs.img as a second initrd, or coreos.live.rootfs_url=URL"
    case $url in
    http://* | https://* | tftp://*) ;;
    *) fail "coreos.live.rootfs_url=$url: only http, https and tftp are possible" ;;
    esac
    /usr/libexec/ignition-ostree/enable-network up ||
        fail "cannot fetch $url: no network interface got an address; is the cable plugged in, and is there a DHCP server?"
    # The server may come up later than this machine.
    until curl --silent --show-error --insecure --location --head "$url" >/dev/null; do
        echo "cannot reach $url; trying again" >&2
        read -r -t 5 <> <(:) || :
    done
    # Nothing of it is used before all of it was seen to be right, so the certificate need not be.
    mkdir -p /run/live
    mount -t tmpfs -o size=90%,mode=0700 live-rootfs /run/live
    curl --silent --show-error --fail --insecure --location --retry 5 --output /run/live/rootfs.img "$url" || fail "cannot fetch $url"
    read -r found _ < <(sha256sum /run/live/rootfs.img)
    wanted=$(</etc/live-rootfs-sha256)
    [[ $found == "$wanted" ]] ||
        fail "$url is not the root filesystem of version $version: its SHA-256 is $found and not $wanted; put rootfs.img of that build there"
    # The filesystem is the first member of the archive.
    use /run/live/rootfs.img 124
    /usr/libexec/ignition-ostree/enable-network down
    exit 0
fi
found=$(</etc/coreos-live-rootfs)
[[ $found == "$version" ]] || fail "the root filesystem is of version $found and the initramfs of $version: use files of one build"
for file in /root.erofs /root.squashfs; do
    [[ ! -e $file ]] || use "$file" 0
done
[[ -e /run/live-root ]] || fail "rootfs.img has no root filesystem"
