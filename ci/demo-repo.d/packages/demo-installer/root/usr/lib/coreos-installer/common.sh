# shellcheck shell=bash disable=SC2154,SC2034 # coreos-installer-service, kernel-arguments.sh, find-disk.sh
# What the steps of the installer share. Sourced first.

# How many seconds a disk or a server may take to appear.
patience=${COREOS_INSTALLER_WAIT:-120}
# Names of partitions are UTF-8; messages are English.
export LC_ALL=C.UTF-8

say() {
    echo "coreos-installer: $*"
}

# fail TEXT: ends the installation. The cause is the last line (see `finish`), whichever process of a pipe finds it.
fail() {
    [[ -s $work/cause ]] || echo "$*" >"$work/cause"
    exit 1
}

# finish: what is done at the end, good or bad. A failure's cause also stays in a file, for coreos-installer-rescue.
finish() {
    local status=$?
    if ((status != 0)); then
        [[ -s $work/cause ]] || echo "the installer ended unexpectedly, with status $status; see the lines above" >"$work/cause"
        cp "$work/cause" "$root/run/coreos-installer.error" || true
        echo "error: $(<"$work/cause")" >&2
    fi
    if mountpoint --quiet "$work/mount"; then umount "$work/mount"; fi
    rm -rf --one-file-system "$work"
}

# last_line FILE: what a tool said last, without its name, what it calls its input, and mount's advice.
last_line() {
    sed -e '/^[[:space:]]*$/d' -e '/dmesg(1) may have/d' "$1" | tail -n 1 | sed -E -e 's/^[a-z0-9]+: (\([0-9]+\) |\(?stdin\)?: )?//' -e 's/^\/\*stdin\*\\ : //' -e 's/[[:space:].]+$//'
}

# with_loop FILE COMMAND...: runs COMMAND with FILE as a block device of the target's sectors for its last argument. The kernel lets
# go of the device with its last user, so nothing stays behind even if this is killed.
with_loop() {
    local device handle status=0
    device=$(losetup --find --show --sector-size "$sector" "$1") || return
    exec {handle}<>"$device"
    losetup --detach "$device"
    "${@:2}" "$device" || status=$?
    exec {handle}>&-
    return "$status"
}
