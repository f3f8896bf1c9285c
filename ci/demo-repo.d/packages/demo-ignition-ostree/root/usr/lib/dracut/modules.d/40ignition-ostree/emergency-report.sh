#!/bin/bash
# What went wrong, on the console, at once.
export SYSTEMD_COLORS=0
{
    echo
    echo "Displaying logs from failed units:"
    while read -r unit _; do
        echo "--- $unit"
        journalctl --boot --no-pager --no-hostname --output=cat --lines=10 --unit="$unit"
    done < <(systemctl list-units --state=failed --plain --no-legend --no-pager)
    echo "You are in emergency mode: the initramfs could not bring up the system."
} >/dev/console 2>&1
