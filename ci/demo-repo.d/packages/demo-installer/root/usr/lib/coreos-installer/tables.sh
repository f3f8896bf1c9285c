# shellcheck shell=bash disable=SC2154 # common.sh, find-disk.sh, place-image.sh
# Partition tables. They are made in sparse files of the disk's size and copied from there, so that what sfdisk refuses is refused
# before the disk is touched, and is never half done.

# make_tables: $work/during.gpt with the saved partitions alone, if there are any, and $work/final.gpt with the image's besides.
make_tables() {
    truncate -s "$disk_size" "$work/during.gpt"
    cp "$work/first" "$work/final.gpt"
    truncate -s "$disk_size" "$work/final.gpt"
    # The other header belongs to the disk's end, not to the image's.
    with_loop "$work/final.gpt" edit_table --relocate gpt-bak-std </dev/null || table_failed
    with_loop "$work/final.gpt" sfdisk --json >"$work/image.json" 2>"$work/sfdisk" || table_failed
    [[ $saved != '[]' ]] || return 0

    check_saved
    { echo "label: gpt" && script_of number; } | with_loop "$work/during.gpt" edit_table || table_failed
    script_of becomes | with_loop "$work/final.gpt" edit_table --append || table_failed
}

edit_table() {
    sfdisk --quiet --wipe never --wipe-partitions never --no-reread --no-tell-kernel "$@" >"$work/sfdisk" 2>&1
}

table_failed() {
    fail "cannot make the partition table of $disk: $(last_line "$work/sfdisk"); nothing was written"
}

# partitions_of FILE: of what `sfdisk --json` wrote, a JSON list with each partition's number.
partitions_of() {
    jq --compact-output '[.partitiontable as $table | $table.partitions // [] | .[]
        | .number = (.node | ltrimstr($table.device) | ltrimstr("p") | tonumber)]' "$1"
}

# script_of KEY: the saved partitions in sfdisk's language, with the number that KEY names.
script_of() {
    jq --raw-output --arg key "$1" '.[]
        | "\(.[$key]): start=\(.start), size=\(.size), type=\(.type), uuid=\(.uuid)"
        + if .name then ", name=\"\(.name | gsub("\\\\"; "\\x5c") | gsub("\""; "\\x22"))\"" else "" end
        + if .attrs then ", attrs=\"\(.attrs)\"" else "" end' <<<"$saved"
}

# put_table FILE: copies FILE's table to the disk, the one at the end first: at any moment one of the two is whole.
put_table() {
    local end_sectors=33
    ((sector == 512)) || end_sectors=5
    {
        dd if="$1" of="$disk" bs="$sector" skip=$((disk_size / sector - end_sectors)) seek=$((disk_size / sector - end_sectors)) \
            count="$end_sectors" oflag=direct conv=notrunc,nocreat,fsync status=none &&
            dd if="$1" of="$disk" bs=1M count=1 oflag=direct conv=notrunc,nocreat,fsync status=none
    } 2>"$work/dd" || fail "cannot write to $disk: $(last_line "$work/dd"); replace the disk"
}

# reread_table: for the kernel and udev. It is no failure if somebody looks at the disk right now: the next boot reads it.
reread_table() {
    udevadm settle
    blockdev --rereadpt "$disk" || true
    udevadm settle
}

# clear_disk: from here on the disk has no system that boots.
clear_disk() {
    put_table "$work/during.gpt"
    reread_table
}

# finish_disk: the disk gets its table, and with it the system.
finish_disk() {
    put_table "$work/final.gpt"
    blockdev --flushbufs "$disk"
    dd if="$disk" of="$work/back" bs=1M count=1 iflag=direct status=none 2>"$work/dd" ||
        fail "cannot read $disk back: $(last_line "$work/dd"); replace the disk"
    cmp --silent --bytes=$((1 << 20)) "$work/back" "$work/final.gpt" ||
        fail "$disk does not hold the partition table that was written to it: replace the disk"
    reread_table
}
