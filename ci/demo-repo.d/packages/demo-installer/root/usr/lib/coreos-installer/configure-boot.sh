# shellcheck shell=bash disable=SC2154 # common.sh, find-disk.sh, place-image.sh
# What the installed system is told: its Ignition config and its platform. It is written before the disk has a partition table, so
# the system never boots without it.

configure_boot() {
    local platform
    platform=$(karg coreos.inst.platform_id)
    # What an image for metal is made for.
    [[ $platform != metal ]] || platform=
    [[ -e $work/config.ign || -n $platform ]] || return 0

    mkdir -p "$work/mount"
    if ! mount_filesystem boot; then
        fail "$image_name has no filesystem labelled boot, which coreos.inst.ignition_url and coreos.inst.platform_id need"
    fi
    if [[ -e $work/config.ign ]]; then write_config; fi
    if [[ -n $platform ]]; then set_platform; fi
    unmount_filesystem
    # systemd-boot reads its own copies of the entries there.
    if [[ -n $platform ]] && mount_filesystem EFI-SYSTEM; then
        if [[ -d $work/mount/loader/entries ]]; then set_platform; fi
        unmount_filesystem
    fi
    blockdev --flushbufs "$disk"
}

# mount_filesystem LABEL: the image's filesystem of that label, at $work/mount. The kernel knows no partitions yet.
mount_filesystem() {
    local offset size
    while read -r offset size; do
        [[ $(blkid --probe --offset "$offset" --size "$size" --output value --match-tag LABEL "$disk") == "$1" ]] || continue
        mount -o "loop,offset=$offset,sizelimit=$size,nodev,nosuid,noexec" "$disk" "$work/mount" 2>"$work/said" ||
            fail "cannot mount the filesystem labelled $1 of $disk: $(last_line "$work/said")"
        return
    done < <(partitions_of "$work/image.json" | jq --raw-output --argjson sector "$sector" '.[] | "\(.start * $sector) \(.size * $sector)"')
    return 1
}

unmount_filesystem() {
    { sync --file-system "$work/mount" && umount "$work/mount"; } 2>"$work/said" || fail "cannot write to $disk: $(last_line "$work/said")"
}

# write_config: it may hold secrets.
write_config() {
    {
        install -d -m 0700 "$work/mount/ignition" &&
            install -m 0600 "$work/config.ign" "$work/mount/ignition/config.ign"
    } 2>"$work/said" || fail "cannot write the Ignition config to $disk: $(last_line "$work/said")"
}

# set_platform: the platform's id in each boot entry, and its consoles in the place of metal's, as platforms.json has them.
set_platform() {
    local table=$work/mount/coreos/platforms.json file found=
    [[ ! -e $table ]] || cp "$table" "$work/platforms.json"
    [[ -e $work/platforms.json ]] || echo '{}' >"$work/platforms.json"
    jq --raw-output --arg name "$platform" '.metal.kernel_arguments // [] | .[]' "$work/platforms.json" >"$work/delete"
    jq --raw-output --arg name "$platform" '.[$name].kernel_arguments // [] | .[]' "$work/platforms.json" >"$work/append"

    for file in "$work"/mount/loader/entries/*.conf "$work/mount/loader/syslinux.cfg"; do
        [[ -e $file ]] || continue
        edit_entry "$file" || fail "cannot change the platform to $platform: ${file#"$work/mount"} has no ignition.platform.id=metal"
        found=yes
    done
    [[ -n $found ]] || fail "cannot change the platform to $platform: $image_name has no boot entries"
    if [[ -e $work/mount/grub2/console.cfg ]]; then set_grub_console; fi
}

# edit_entry FILE: kernel arguments are on the lines "options …" of an entry and "APPEND …" of syslinux.cfg.
edit_entry() {
    awk -v platform="$platform" -v deleted="$work/delete" -v appended="$work/append" '
        BEGIN {
            while ((getline line < deleted) > 0) unwanted[line] = 1
            while ((getline line < appended) > 0) wanted = wanted " " line
        }
        $1 == "options" || $1 == "APPEND" {
            match($0, /^[ \t]*[^ \t]+/)
            text = substr($0, 1, RLENGTH)
            for (i = 2; i <= NF; i++) {
                if ($i == "ignition.platform.id=metal") { $i = "ignition.platform.id=" platform; changed = 1 }
                if (!($i in unwanted)) text = text " " $i
            }
            print text wanted
            next
        }
        { print }
        END { exit !changed }' "$1" >"$work/entry" || return
    write_file "$1"
}

# set_grub_console: GRUB's own consoles.
set_grub_console() {
    {
        echo "# CONSOLE-SETTINGS-START"
        jq --raw-output --arg name "$platform" '.[$name].grub_commands // [] | .[]' "$work/platforms.json"
        echo "# CONSOLE-SETTINGS-END"
    } >"$work/entry"
    write_file "$work/mount/grub2/console.cfg"
}

# write_file FILE: what $work/entry has.
write_file() {
    cat "$work/entry" >"$1" 2>"$work/said" || fail "cannot write ${1#"$work/mount"} on $disk: $(last_line "$work/said")"
}
