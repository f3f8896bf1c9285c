#!/bin/bash
# Ignition asks this: whether there is no disk to change.
[[ -e /etc/coreos-live-initramfs ]]
