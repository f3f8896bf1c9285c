#!/bin/bash
## kola:
##   exclusive: false
##   tags: "platform-independent"
##   timeoutMin: 5
##   description: The system's own files cannot change, its configuration and data can.

set -euo pipefail

fail() {
    echo "error: $*" >&2
    exit 1
}

for file in /usr/kola-probe /sysroot/kola-probe /boot/kola-probe; do
    if touch "$file" 2>/dev/null; then
        rm -f "$file"
        fail "${file%/*} is writable"
    fi
done
for file in /etc/kola-probe /var/kola-probe /root/kola-probe; do
    touch "$file" || fail "${file%/*} is not writable"
    rm -f "$file"
done

# The links of the root point to what exists.
for link in /home /root /opt /srv /mnt /usr/local; do
    [[ -L $link && -d $link ]] || fail "$link is not a link to a directory"
done

# Ignition ran once, and when the boot is complete its stamp is gone for good.
systemctl is-system-running --wait >/dev/null || :
[[ ! -e /boot/ignition.firstboot ]] || fail "the next boot would run Ignition again"
[[ -s /etc/.ignition-result.json ]] || fail "Ignition left no result"
echo ok
