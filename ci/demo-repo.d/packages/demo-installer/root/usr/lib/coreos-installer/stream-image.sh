# shellcheck shell=bash disable=SC2154 # common.sh, choose-image.sh, place-image.sh
# The image as a stream of bytes that is looked at from all sides while it is written, so that it need not fit into memory.

# install_image: brings the image to the disk, all but its first MiB, with downloads tried again.
install_image() {
    local fetch_status
    if [[ -n $image_url ]]; then
        say "downloading $image_name"
        with_retries "the image" "$image_url" "correct coreos.inst.image_url" stream_image
    else
        say "installing $image_name"
        stream_image
    fi
}

# stream_image: one attempt. Fails only where the download did (fetch_status); all else ends the installation.
stream_image() {
    local stages=(0 0 0)
    rm -f "$work/verdict"
    read_image | unpack | place_image || stages=("${PIPESTATUS[@]}")
    fetch_status=${stages[0]}
    # Who no longer reads is another's failure.
    ((fetch_status == 0 || fetch_status == 23 || fetch_status == 141)) || return "$fetch_status"

    ((stages[1] == 0)) || fail "cannot unpack $image_name: $(last_line "$work/unpack"); it is damaged: make or fetch it again"
    ((written >= mebibyte)) || fail "$image_name ends after $written bytes and is no disk image: correct coreos.inst.image_url"
    check_signed
    if ((written < image_size)); then
        fail "$image_name ends after $written bytes, and its partition table says $image_size: it is damaged"
    fi
}

# read_image: the file as it was published.
read_image() {
    if [[ -z $image_url ]]; then
        cat "$image_file"
    elif [[ -n $signature ]]; then
        set -o pipefail
        fetch "$image_url" | check_signature
    else
        fetch "$image_url"
    fi
}

# check_signature: passes the bytes on and leaves gpgv's verdict in $work/verdict.
check_signature() {
    tee >(gpgv --keyring "$work/keyring" "$signature" - >"$work/gpgv" 2>&1 && : >"$work/verdict")
    wait "$!" || true
}

# unpack: by the first bytes, whatever the name is.
unpack() {
    local unpacker=cat
    dd bs=6 count=1 iflag=fullblock of="$work/magic" status=none
    case $(od -An -v -tx1 "$work/magic" | tr -d ' \n') in
    28b52ffd*) unpacker="zstd --decompress --stdout" ;;
    1f8b*) unpacker="gzip --decompress --stdout" ;;
    fd377a585a00) unpacker="xz --decompress --stdout" ;;
    esac
    # What has a known SHA-256 is compared with it when it is read back.
    if [[ -n $image_sha256 ]]; then
        # shellcheck disable=SC2086 # a command and its options
        cat "$work/magic" - | $unpacker 2>"$work/unpack" | replace_ranges
    else
        # shellcheck disable=SC2086
        cat "$work/magic" - | $unpacker 2>"$work/unpack" | hash_stream
    fi
}

# replace_ranges: passes the bytes on, but for what the patch has in their place.
replace_ranges() {
    local position=0 offset length ranges
    if [[ -n $image_patch ]]; then
        exec {ranges}<"$image_patch"
        while read -r offset length <&3; do
            dd bs=1M count=$((offset - position)) iflag=fullblock,count_bytes status=none
            dd bs=1M count="$length" iflag=fullblock,count_bytes of=/dev/null status=none
            dd bs=1M count="$length" iflag=fullblock,count_bytes status=none <&"$ranges"
            position=$((offset + length))
        done 3<<<"$image_ranges"
        exec {ranges}<&-
    fi
    cat
}

# hash_stream: passes the bytes on and leaves their SHA-256 in $work/sha256.
hash_stream() {
    tee >(sha256sum | cut -d ' ' -f 1 >"$work/sha256")
    wait "$!"
}

# check_signed: whether the image is the one that was signed.
check_signed() {
    [[ -z $image_url || -z $signature || -e $work/verdict ]] ||
        fail "the signature of $image_name is wrong ($(last_line "$work/gpgv")), so nothing of it can be trusted: fetch image and signature again"
}

# check_carried: whether the image that the live system carries is the one that its description means.
check_carried() {
    local digest
    digest=$(read_image | unpack | sha256sum | cut -d ' ' -f 1) || true
    [[ $digest == "$image_sha256" ]] ||
        fail "$image_name unpacks to the SHA-256 $digest, not $image_sha256 as its description says: the medium is damaged, make it anew"
}
