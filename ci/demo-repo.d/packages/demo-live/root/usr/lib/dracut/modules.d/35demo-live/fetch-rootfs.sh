#!/bin/bash
# The root of a system that was booted from the network: a further initramfs that the boot loader brought, or what
# `coreos.live.rootfs_url` names. A root of another version than the initramfs is refused.
set -euo pipefail

fail() {
    echo "$*" >&2
    echo "live: $*" >/dev/kmsg
    exit 1
}

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
    # Each piece is checked before it is unpacked, so the certificate need not be.
    fetch() { curl --silent --show-error --fail --insecure --location --retry 5 "$url"; }
    if ! fetch | /usr/libexec/live/check-pieces /etc/coreos-live-want-rootfs | (cd / && cpio --quiet -i --no-absolute-filenames); then
        fail "cannot fetch $url, or it is not the root filesystem of version $version"
    fi
    /usr/libexec/ignition-ostree/enable-network down
fi
found=$(</etc/coreos-live-rootfs)
[[ $found == "$version" ]] || fail "the root filesystem is of version $found and the initramfs of $version: use files of one build"
for file in /root.erofs /root.squashfs; do
    if [[ -e $file ]]; then ln -sf "$file" /run/live-root; fi
done
[[ -e /run/live-root ]] || fail "rootfs.img has no root filesystem"
