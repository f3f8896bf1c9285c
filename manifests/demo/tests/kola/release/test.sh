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
echo "ok: $PRETTY_NAME"
