#!/bin/bash
set -euo pipefail

config=/sysroot/etc/selinux/config
stamp=/run/ignition-selinux-shim

case $1 in
up)
    [[ -e $config ]] && exit 0
    [[ -d ${config%/*} ]] || { mkdir -p "${config%/*}"; echo made-directory >"$stamp"; }
    [[ -e $stamp ]] || echo >"$stamp"
    printf 'SELINUX=disabled\nSELINUXTYPE=none\n' >"$config"
    ;;
down)
    [[ -e $stamp ]] || exit 0
    rm -f "$config"
    if [[ $(<"$stamp") == made-directory ]]; then rmdir "${config%/*}" || :; fi
    rm -f "$stamp"
    ;;
esac
