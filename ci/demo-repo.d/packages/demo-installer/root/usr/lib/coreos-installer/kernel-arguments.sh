# shellcheck shell=bash disable=SC2034 # whoever sources this
# The kernel's arguments. Sourced first.

# Where the live system's files are; another folder than / is for tests.
root=${COREOS_INSTALLER_ROOT:-}
arguments=()
read -ra arguments <"$root/proc/cmdline" || true

# karg NAME: the value of the last kernel argument of that name, or nothing.
karg() {
    local argument value=
    for argument in "${arguments[@]}"; do
        [[ ${argument%%=*} != "$1" ]] || value=${argument#*=}
    done
    echo "$value"
}

# karg_bool NAME: whether it is there and neither 0, no nor off.
karg_bool() {
    case $(karg "$1") in
    '' | 0 | no | off) return 1 ;;
    esac
}
