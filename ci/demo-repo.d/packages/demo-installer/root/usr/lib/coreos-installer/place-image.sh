# shellcheck shell=bash disable=SC2154 # common.sh, find-disk.sh, choose-image.sh
# Writes the image. Its first MiB, with the partition table, waits until all else has been checked: until then nothing boots from the
# disk, and whatever ends this in the middle, another run starts over.

mebibyte=$((1 << 20))

# place_image: the image on standard input. Sets written (bytes, the first MiB included) and image_size.
place_image() {
    written=0
    image_size=$mebibyte
    dd bs=1M count=1 iflag=fullblock of="$work/first" status=none || fail "cannot store the image's first MiB: $work is full"
    written=$(stat -c %s "$work/first")
    ((written == mebibyte)) || return 0
    examine_image
    make_tables
    clear_disk
    say "writing $image_size bytes to $disk"
    LC_ALL=C dd bs=4M count=$((image_size - mebibyte)) iflag=fullblock,count_bytes of="$disk" seek=$mebibyte oflag=direct,seek_bytes \
        conv=notrunc,nocreat,fsync 2>"$work/dd" ||
        fail "cannot write to $disk: $(grep -v ' records \| copied' "$work/dd" >"$work/said" && last_line "$work/said"); replace the disk"
    written=$((mebibyte + $(awk '/ copied/ { print $1 }' "$work/dd")))
    # To the end, or the rest is never checked.
    (($(head -c 1 | wc -c) == 0)) || fail "$image_name is longer than the $image_size bytes that its partition table says: it is damaged"
}

# examine_image: what its GPT says, in $work/first (UEFI 2.10, 5.3.2: the header is in sector 1, with the other header's sector at byte 32).
examine_image() {
    local size last
    for size in 512 4096; do
        [[ $(dd if="$work/first" bs=1 skip="$size" count=8 status=none | tr -d '\0') == "EFI PART" ]] || continue
        last=$(od -An -v -t u8 -j $((size + 32)) -N 8 --endian=little "$work/first")
        image_size=$(((last + 1) * size))
        ((size == sector)) || fail "$disk has sectors of $sector bytes, and $image_name is for sectors of $size:" \
            "name an image for $sector with coreos.inst.image_url, or another disk"
        ((image_size > mebibyte)) || fail "$image_name is no disk image: its partition table says it has $image_size bytes"
        ((image_size <= disk_size)) || fail "$disk is too small: it has $disk_size bytes, and $image_name needs $image_size:" \
            "name a larger disk with coreos.inst.install_dev"
        return
    done
    fail "$image_name is no disk image with a GPT: correct coreos.inst.image_url"
}

# verify_disk: reads back what was written, from the disk and not from memory. That is also how an image with a known SHA-256 is checked.
verify_disk() {
    local digest expected=$image_sha256
    [[ -n $expected ]] || expected=$(<"$work/sha256")
    say "reading $disk back"
    blockdev --flushbufs "$disk"
    digest=$({ cat "$work/first" && dd if="$disk" bs=4M skip=$mebibyte count=$((image_size - mebibyte)) \
        iflag=direct,skip_bytes,count_bytes status=none; } 2>"$work/dd" | sha256sum | cut -d ' ' -f 1) ||
        fail "cannot read $disk back: $(last_line "$work/dd"); replace the disk"
    [[ $digest != "$expected" ]] || return 0
    if [[ -z $image_url ]]; then check_carried; fi
    fail "$disk does not hold what was written to it: its SHA-256 is $digest, not $expected; replace the disk"
}
