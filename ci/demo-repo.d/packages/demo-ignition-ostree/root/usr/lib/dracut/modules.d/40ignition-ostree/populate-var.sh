#!/bin/bash
# The directories below which Ignition makes users and files. One run for all of them: each run costs seconds
# under emulation.
set -euo pipefail

arguments=()
for directory in home roothome opt srv usrlocal mnt lib log; do
    arguments+=("--prefix=/var/$directory")
done
# 65 and 73: lines that this systemd does not understand, or that cannot be applied yet; the real root runs it again.
systemd-tmpfiles --create --boot --root=/sysroot "${arguments[@]}" || (($? == 65 || $? == 73))
