# shellcheck shell=bash disable=SC2154 # common.sh, find-disk.sh, tables.sh, place-image.sh
# Partitions of the disk that stay (coreos.inst.save_partlabel, coreos.inst.save_partindex).

# find_saved: sets saved, a JSON list of the disk's partitions that stay.
find_saved() {
    local labels indexes all number name
    IFS=, read -ra labels <<<"$(karg coreos.inst.save_partlabel)"
    IFS=, read -ra indexes <<<"$(karg coreos.inst.save_partindex)"
    check_indexes
    saved='[]'
    ((${#labels[@]} + ${#indexes[@]} > 0)) || return 0
    has_table || return 0
    all=$(partitions_of "$work/disk.json")
    while IFS=$'\t' read -r number name; do
        if is_saved "$number" "$(printf '%b' "$name")"; then
            say "saving partition $number of $disk"
            saved=$(jq --compact-output --argjson all "$all" --argjson number "$number" \
                '. + [$all[] | select(.number == $number)]' <<<"$saved")
        fi
    done < <(jq --raw-output '.[] | [.number, .name // ""] | @tsv' <<<"$all")
}

# check_indexes: numbers and ranges, one end of which may be open.
check_indexes() {
    local range
    for range in "${indexes[@]}"; do
        if [[ $range =~ ^([0-9]*)(-([0-9]*))?$ && $range == *[0-9]* ]] &&
            ((0 < 10#${BASH_REMATCH[1]:-1} && 10#${BASH_REMATCH[1]:-1} <= 10#${BASH_REMATCH[3]:-999999})); then
            continue
        fi
        fail "coreos.inst.save_partindex: '$range' is neither a number of 1 or more nor a range such as 2-4, 2- or -4: correct it"
    done
}

# has_table: whether the disk has a GPT, in $work/disk.json. A disk without any table has nothing to save; one of the old kind has no
# labels, and its partitions cannot go into a new table.
has_table() {
    if ! sfdisk --json "$disk" >"$work/disk.json" 2>"$work/sfdisk"; then
        ! grep --quiet 'does not contain a recognized partition table' "$work/sfdisk" || return 1
        fail "cannot read the partition table of $disk: $(last_line "$work/sfdisk")"
    fi
    [[ $(jq --raw-output .partitiontable.label "$work/disk.json") != gpt ]] || return 0
    if ((${#indexes[@]} == 0)) && jq --exit-status 'all(.partitiontable.partitions[]?; .type != "ee")' "$work/disk.json" >/dev/null; then
        return 1
    fi
    fail "cannot save partitions of $disk: it has no GPT that can be read; leave coreos.inst.save_part* away to lose them"
}

# is_saved NUMBER NAME
is_saved() {
    local glob range
    for glob in "${labels[@]}"; do
        # shellcheck disable=SC2053 # a pattern
        [[ $2 != $glob ]] || return 0
    done
    for range in "${indexes[@]}"; do
        [[ $range =~ ^([0-9]*)(-?)([0-9]*)$ ]]
        if [[ -z ${BASH_REMATCH[2]} ]]; then
            ((10#$range != $1)) || return 0
        elif ((10#${BASH_REMATCH[1]:-1} <= $1 && $1 <= 10#${BASH_REMATCH[3]:-999999})); then
            return 0
        fi
    done
    return 1
}

# check_saved: refuses where the image would cover a saved partition, and finds each its number in the new table: its own, or the next
# one that is free where the image has as many partitions.
check_saved() {
    local clash
    clash=$(jq --raw-output --argjson sector "$sector" --argjson size "$image_size" \
        '[.[] | select(.start * $sector < $size)] | first // empty
            | "partition \(.number) (\(.name // "without a label")) begins at byte \(.start * $sector), sector \(.start)"' <<<"$saved")
    [[ -z $clash ]] || fail "cannot save partitions of $disk: $clash, and the image ends at byte $image_size:" \
        "move it, or leave it out of coreos.inst.save_part*"
    saved=$(jq --compact-output --argjson image "$(partitions_of "$work/image.json")" \
        'reduce (sort_by(.number)[]) as $one ({next: (([$image[].number] | max // 0) + 1), list: []};
            ([.next, $one.number] | max) as $number | {next: ($number + 1), list: (.list + [$one + {becomes: $number}])}) | .list' <<<"$saved")
}
