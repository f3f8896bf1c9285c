#!/bin/bash
## kola:
##   requiredTag: root-filesystem
##   minDisk: 6
##   timeoutMin: 15
##   description: The root has the filesystem that the image was made with, fills a disk that is larger, and stays as it is.

set -euo pipefail

fail() {
    echo "error: $*" >&2
    exit 1
}

type=$(findmnt -n -o FSTYPE /sysroot)
wanted=$(jq -r .rootfs /usr/share/coreos-assembler/image.json)
[[ $type == "$wanted" ]] || fail "the root is $type; image.yaml asks for $wanted"
[[ $(findmnt -n -o LABEL /sysroot) == root ]] || fail "the root's label is '$(findmnt -n -o LABEL /sysroot)'"

# The disk has 6 GiB; boot partitions take less than one, and a filesystem a twentieth for itself.
size=$(findmnt -n -b -o SIZE /sysroot)
((size > 5 * 1024 ** 3 * 19 / 20)) || fail "the root has $size bytes of a disk with 6 GiB"

case ${AUTOPKGTEST_REBOOT_MARK:-} in
'')
    echo "written in the first boot" >/var/kola-root
    /tmp/autopkgtest-reboot second
    ;;
second)
    [[ $(</var/kola-root) == "written in the first boot" ]] || fail "/var/kola-root is lost"
    # What the kernel found wrong with the filesystem it said.
    ! journalctl --dmesg --no-pager --priority=warning --grep="(?i)$type.*(error|corrupt)" || fail "the kernel found errors"
    ;;
esac
echo "ok: $type, $size bytes"
