# shellcheck shell=bash disable=SC2154,SC2034 # common.sh, find-disk.sh
# What is installed.

# choose_image: sets image_url, or image_file and the sha256 of what it is, and image_name for messages. Of a carried image that is
# another one's but for some ranges, also image_patch, the file with those, and image_ranges, where they go (offset and length a line).
choose_image() {
    image_sha256=
    image_patch=
    image_url=$(karg coreos.inst.image_url)
    if [[ -n $image_url ]]; then
        check_url coreos.inst.image_url "$image_url"
        image_name=$(shown "$image_url")
        fetch_signature
    else
        choose_carried_image
    fi
}

# choose_carried_image: the one for the target's sectors, of those that the live system carries.
choose_carried_image() {
    local folder=$root/sysroot/coreos-installer description file known=''
    for description in "$folder"/*.json; do
        [[ -e $description ]] || fail "this live system carries no image ($folder): name one with coreos.inst.image_url"
        jq --exit-status '(.image | type == "string") and (.sha256 | type == "string") and (.["sector-size"] | type == "number")' \
            "$description" >/dev/null 2>&1 || fail "$description does not describe an image: make the medium anew"
        if (($(jq '.["sector-size"]' "$description") == sector)); then
            image_file=$folder/$(jq --raw-output .image "$description")
            image_sha256=$(jq --raw-output .sha256 "$description")
            image_name=$image_file
            image_patch=$(jq --raw-output --arg folder "$folder" '.patch | if . then "\($folder)/\(.file)" else "" end' "$description")
            image_ranges=$(jq --raw-output '.patch.ranges[]? | "\(.offset) \(.length)"' "$description")
            for file in "$image_file" ${image_patch:+"$image_patch"}; do
                [[ -f $file ]] || fail "$file is not there, which $description describes: make the medium anew"
            done
            return
        fi
        known+="${known:+, }$(jq '.["sector-size"]' "$description")"
    done
    fail "$disk has sectors of $sector bytes, and this live system carries images for $known only:" \
        "name one for $sector with coreos.inst.image_url, or another disk"
}

# fetch_signature: the image's signature, and the keys to check it with. Whether a key is missing is known before anything is written.
fetch_signature() {
    local keys=$root/etc/pki/rpm-gpg key fetch_status
    signature=
    if karg_bool coreos.inst.insecure; then
        say "the signature of $image_name is not checked: coreos.inst.insecure"
        return
    fi
    for key in "$keys"/*; do
        [[ -f $key ]] || continue
        if grep --quiet 'BEGIN PGP' "$key"; then
            gpg --homedir "$work" --batch --dearmor <"$key" 2>"$work/gpg" || fail "$key is no OpenPGP key: $(last_line "$work/gpg"); remove it"
        else
            cat "$key"
        fi
    done >"$work/keyring"
    [[ -s $work/keyring ]] ||
        fail "cannot check the signature of $image_name: there is no key in $keys; put the signer's there, or allow unsigned images with coreos.inst.insecure"
    with_retries "the signature" "$image_url.sig" "put it there, or allow unsigned images with coreos.inst.insecure" \
        fetch_file "$image_url.sig" "$work/signature"
    signature=$work/signature

    # Of nothing, it is a bad signature if its key is known.
    gpgv --keyring "$work/keyring" --status-fd 3 "$signature" /dev/null 3>"$work/gpgv-status" 2>"$work/gpgv" || true
    if ! grep --quiet '^\[GNUPG:\] BADSIG ' "$work/gpgv-status"; then
        key=$(sed -n 's/^\[GNUPG:\] NO_PUBKEY //p' "$work/gpgv-status")
        [[ -n $key ]] || fail "$image_name.sig is no detached OpenPGP signature: put one there, or allow unsigned images with coreos.inst.insecure"
        fail "cannot check the signature of $image_name: its key $key is not in $keys; put it there, or allow unsigned images with coreos.inst.insecure"
    fi
}
