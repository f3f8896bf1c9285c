#!/bin/bash
# DHCP on every wired interface; the name servers of the leases become the resolver's.
set -euo pipefail

if [[ $1 == down ]]; then
    # /run outlives the initramfs: the system has its own configuration.
    rm -f /run/systemd/network/99-ignition.network
    exit 0
fi

mkdir -p /run/systemd/network
cat >/run/systemd/network/99-ignition.network <<'X'
[Match]
Type=ether

[Network]
DHCP=yes
X
systemctl start systemd-networkd.socket systemd-networkd.service
/usr/lib/systemd/systemd-networkd-wait-online --any --timeout=120

servers=
while IFS='=' read -r key value; do
    [[ $key == DNS ]] && servers=$value
done </run/systemd/netif/state
for server in $servers; do echo "nameserver $server"; done >/etc/resolv.conf
