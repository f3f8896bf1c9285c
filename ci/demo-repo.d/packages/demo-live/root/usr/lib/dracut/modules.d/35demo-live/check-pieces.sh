#!/bin/bash
# check-pieces FILE: copies standard input to standard output, piece by piece, each only after its digest in FILE was seen to be right
# (`stream-hash sha256 SIZE`, then a digest a line; the format is coreos-installer's).
set -euo pipefail

exec 3<"$1"
read -r kind algorithm size <&3
[[ "$kind $algorithm" == "stream-hash sha256" ]] || {
    echo "$1 has digests of another kind: $kind $algorithm" >&2
    exit 1
}
piece=/run/live-piece
trap 'rm -f "$piece"' EXIT
number=0
while read -r wanted <&3; do
    head -c "$size" >"$piece"
    read -r found _ < <(sha256sum "$piece")
    [[ $found == "$wanted" ]] || {
        echo "piece $number has the digest $found and not $wanted" >&2
        exit 1
    }
    cat "$piece"
    number=$((number + 1))
done
# What comes after the last piece is nobody's.
head -c 1 >"$piece"
[[ ! -s $piece ]] || {
    echo "there is more than $number pieces" >&2
    exit 1
}
