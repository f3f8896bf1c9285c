#!/bin/bash
## kola:
##   requiredTag: systemd-boot
##   timeoutMin: 20
##   appendKernelArgs: demo.every=1
##   appendFirstbootKernelArgs: demo.first=1
##   description: systemd-boot started the system, starts a deployment that was staged, and starts the one before again.

set -euo pipefail

fail() {
    echo "error: $*" >&2
    exit 1
}

# What the boot loader told the system (https://systemd.io/BOOT_LOADER_INTERFACE/), after four bytes of attributes. There is
# no seeking in these files.
loader() {
    head -c 4096 "/sys/firmware/efi/efivars/$1-4a67b082-0a4c-41cf-b6c7-440b29bb8c4f" | tail -c +5 | tr -d '\0'
}

# on_esp COMMAND...: with the EFI system partition as the current folder.
on_esp() {
    local esp=/run/esp status=0
    mkdir -p "$esp"
    mount -t vfat -o ro /dev/disk/by-label/EFI-SYSTEM "$esp"
    (cd "$esp" && "$@") || status=$?
    umount "$esp"
    return "$status"
}

# Each entry of /boot is on the EFI system partition, and each kernel that it names, and nothing else is.
same_entries() {
    diff <(cd /boot/loader/entries && ls) <(cd loader/entries && ls) &&
        diff <(sed -n 's/^\(linux\|initrd\) \(\/boot\)\{0,1\}\//\//p' /boot/loader/entries/*.conf | sort -u) \
            <(find ostree -type f -printf '/%p\n' | sort) &&
        find ostree -type f -print0 | xargs -0 -I '{}' cmp '{}' '/boot/{}'
}

[[ $(loader LoaderInfo) == systemd-boot\ * ]] || fail "the boot loader is '$(loader LoaderInfo)', not systemd-boot"
entry=$(loader LoaderEntrySelected)
[[ -e /boot/loader/entries/$entry ]] || fail "systemd-boot started '$entry', which is no entry of /boot"
systemctl is-active boot-to-esp.path boot-to-esp-shutdown.service || fail "new boot entries are not copied"

grep -qw demo.every=1 /proc/cmdline || fail "the arguments of every boot are not in: $(cat /proc/cmdline)"
case ${AUTOPKGTEST_REBOOT_MARK:-} in
'')
    grep -qw demo.first=1 /proc/cmdline || fail "the first boot's arguments are not in: $(cat /proc/cmdline)"
    # Once Ignition is done, no entry has its arguments any more, nor variables that only GRUB replaces.
    systemctl start ignition-firstboot-complete.service
    systemctl start boot-to-esp.service
    ! on_esp grep -r -e 'ignition.firstboot' -e '\$' loader/entries || fail "an entry is one of the first boot"
    commit=$(ostree admin status | sed -n 's/^\* demo \([0-9a-f]*\)\..*/\1/p')
    ostree admin deploy --os=demo --stage --karg-append=demo.staged=1 "$commit"
    /tmp/autopkgtest-reboot staged
    ;;
staged)
    grep -qw demo.staged=1 /proc/cmdline || fail "the staged deployment did not boot: $(cat /proc/cmdline)"
    ! grep -q -e 'ignition.firstboot' -e 'demo.first' /proc/cmdline || fail "a first boot again: $(cat /proc/cmdline)"
    entries=(/boot/loader/entries/*)
    ((${#entries[@]} == 2)) || fail "the number of entries is not 2: ${entries[*]}"
    on_esp same_entries || fail "the EFI system partition is another than /boot"
    # The deployment that was made first goes; its entry does, too, while the system runs.
    cursor=$(journalctl --lines=0 --show-cursor | sed -n 's/^-- cursor: //p')
    ostree admin undeploy 1
    grep -q -m 1 "^Finished" < <(timeout 120 journalctl --after-cursor="$cursor" --lines=all --follow --output=cat \
        --unit=boot-to-esp.service) || fail "the change of /boot was not noticed"
    on_esp same_entries || fail "the EFI system partition is another than /boot after a deployment was removed"
    /tmp/autopkgtest-reboot one
    ;;
one)
    grep -qw demo.staged=1 /proc/cmdline || fail "the wrong deployment booted: $(cat /proc/cmdline)"
    entries=(/boot/loader/entries/*)
    ((${#entries[@]} == 1)) || fail "the number of entries is not 1: ${entries[*]}"
    on_esp same_entries || fail "the EFI system partition is another than /boot"
    ;;
esac
echo ok
