#!/bin/bash
## kola:
##   exclusive: false
##   tags: "platform-independent"
##   timeoutMin: 5
##   description: The system knows what it is and runs the build that was deployed.

set -euo pipefail

fail() {
    echo "error: $*" >&2
    exit 1
}

. /usr/lib/os-release
[[ $ID == demo ]] || fail "os-release: ID is '$ID', not demo"
[[ $VARIANT_ID == coreos ]] || fail "os-release: VARIANT_ID is '$VARIANT_ID', not coreos"
[[ ${OSTREE_VERSION:-} =~ ^[0-9]+\.[0-9]+\.[0-9]{8}\.[0-9]+$ ]] ||
    fail "os-release: OSTREE_VERSION '${OSTREE_VERSION:-}' is not <major>.<minor>.<date>.<number>"

status=$(ostree admin status)
grep -q "^\* demo " <<<"$status" || fail "no deployment of demo is booted: $status"
grep -q "Version: $OSTREE_VERSION\$" <<<"$status" || fail "os-release says $OSTREE_VERSION, ostree: $status"

# Every package of the tree is in its database.
for package in demo-release demo-ignition-ostree systemd; do
    rpm -q "$package" >/dev/null || fail "the package database does not know $package"
done

# Each machine has UUIDs of its own, not those of the image.
for known in boot:96d15588-3596-4b3c-adca-a2ff7279ea63 sysroot:910678ff-f77e-4a7d-8d53-86f2ac47a823; do
    uuid=$(findmnt -n -o UUID "/${known%%:*}")
    [[ -n $uuid && $uuid != "${known#*:}" ]] || fail "the UUID of /${known%%:*} is '$uuid', as in the image"
done
disk=$(lsblk -n -o PTUUID "$(findmnt -n -o SOURCE /boot)")
[[ -n $disk && ${disk,,} != 00000000-0000-4000-a000-000000000001 ]] || fail "the disk's GUID is '$disk', as in the image"
echo "ok: $PRETTY_NAME"
