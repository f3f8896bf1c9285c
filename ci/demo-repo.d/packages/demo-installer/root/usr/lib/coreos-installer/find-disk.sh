# shellcheck shell=bash disable=SC2154,SC2034 # common.sh
# The disk that is installed to.

# find_disk: sets disk, sector and disk_size (bytes), or refuses.
find_disk() {
    local device name sys
    device=$(karg coreos.inst.install_dev)
    [[ -n $device ]] || fail "no disk is named: add coreos.inst.install_dev=/dev/… to the kernel arguments"
    [[ $device == */* ]] || device=/dev/$device
    wait_for_device "$device"

    disk=$(readlink -f "$device")
    name=${disk##*/}
    sys=/sys/class/block/$name
    if [[ -e $sys/partition ]]; then
        fail "$disk is partition $(<"$sys/partition") of $(disk_of "$sys"): name the whole disk with coreos.inst.install_dev"
    fi
    [[ $(blockdev --getro "$disk") == 0 ]] || fail "$disk is read-only: correct coreos.inst.install_dev or unlock the disk"
    sector=$(blockdev --getss "$disk")
    disk_size=$(blockdev --getsize64 "$disk")
    check_unused
}

disk_of() {
    local parent
    parent=$(cd -P "$1/.." && pwd)
    echo "/dev/${parent##*/}"
}

# wait_for_device DEVICE: disks of some controllers come late.
wait_for_device() {
    [[ -b $1 ]] || udevadm wait --initialized=no --timeout="$patience" "$1" >/dev/null 2>&1 || true
    [[ -e $1 ]] || fail "there is no $1, not after $patience s either; the disks here are $(disks): correct coreos.inst.install_dev"
    [[ -b $1 ]] || fail "$1 is no block device; the disks here are $(disks): correct coreos.inst.install_dev"
}

# disks: names and sizes of what one might have meant.
disks() {
    local list
    list=$(lsblk -bdnpo NAME,SIZE,TYPE | awk '$3 == "disk" { printf "%s%s (%s bytes)", comma, $1, $2; comma = ", " }')
    echo "${list:-none}"
}

# check_unused: what is mounted, swapped to or held by another device is not written over.
check_unused() {
    local device type place _ try
    while read -r device type place _; do
        place=$(printf '%b' "${place%%\\x0a*}")
        case $type:$place in
        *:"$root/run/media/iso") fail "$disk is the medium that this live system runs from: name another disk with coreos.inst.install_dev" ;;
        *:'[SWAP]') fail "$disk is in use: $device is swap space; release it with swapoff $device, or name another disk" ;;
        *:?*) fail "$disk is in use: $device is mounted on $place; unmount it, or name another disk" ;;
        part: | disk: | loop:) ;;
        *) fail "$disk is in use: $device ($type) is on it; stop that, or name another disk" ;;
        esac
    done < <(lsblk -nrpo NAME,TYPE,MOUNTPOINTS "$disk")

    # The kernel knows of users that no mount table shows. udev may look at the disk at this moment, too.
    for try in 1 2 3 4 5; do
        udevadm settle
        ! blockdev --rereadpt "$disk" 2>"$work/reread" || return 0
        sleep "0.$try"
    done
    # Nothing on a CD or on a device of the device mapper can be a partition.
    ! grep --quiet 'Invalid argument' "$work/reread" || fail "$disk is no disk that can have partitions: correct coreos.inst.install_dev"
    fail "$disk is in use ($(last_line "$work/reread")): release what uses it or its partitions, or name another disk"
}
