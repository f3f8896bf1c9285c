# shellcheck shell=bash
# Which Debian packages the OS is made of, and getting them. Sourced by ci/demo-repo after common.sh.
here=${here:?}

# names LIST: the first word of each line that is not a comment.
names() {
    awk '!/^[[:space:]]*(#|$)/ { print $1 }' "$1"
}

# apt_here COMMAND...: apt-get with a package state of its own, so that what the host has installed plays no role.
apt_here() {
    apt-get -qq -o "Dir::State::status=$DEMO_REPO/tmp/status" -o "Dir::Cache=$DEMO_REPO/apt" -o "Dir::Cache::archives=$DEMO_REPO/debs" \
        -o Debug::NoLocking=1 -o APT::Sandbox::User=root -o APT::Install-Recommends=0 "$@"
}

# download_debs ARCHITECTURE: fetches the packages of packages.list and their dependencies into debs/ and prints the files' paths.
download_debs() {
    local architecture=$1 wanted deb missing
    # An absent package is an installed one of a version that fulfils every dependency.
    names "$here/absent.list" | awk -v architecture="$architecture" '{
        printf "Package: %s\nStatus: install ok installed\nMaintainer: none\nArchitecture: %s\nMulti-Arch: allowed\n", $1, architecture
        printf "Version: 999:1\nDescription: absent\n\n"
    }' >"$DEMO_REPO/tmp/status"
    mapfile -t wanted < <(names "$here/packages.list" | sed "s/@ARCH@/$architecture/")
    mkdir -p "$DEMO_REPO/apt"
    if ! apt-cache policy "${wanted[0]}" | grep 'Candidate: [^(]' >/dev/null; then
        echo "fetching the package lists" >&2
        apt-get -qq update >&2 || fail "apt-get update failed; check the network and /etc/apt/sources.list"
    fi
    apt_here --simulate install "${wanted[@]}" >"$DEMO_REPO/tmp/simulation" 2>"$DEMO_REPO/tmp/apt-errors" || {
        cat "$DEMO_REPO/tmp/simulation" "$DEMO_REPO/tmp/apt-errors" >&2
        fail "apt cannot resolve packages.list: $(grep '^E:' "$DEMO_REPO/tmp/apt-errors" | tail -n 1)"
    }
    # Inst NAME (VERSION ARCHIVE... [ARCHITECTURE])
    sed -n 's/^Inst \([^ ]*\) (\([^ ]*\) .*\[\([^]]*\)\]).*/\1 \2 \3/p' "$DEMO_REPO/tmp/simulation" |
        while read -r name version package_architecture; do
            echo "$DEMO_REPO/debs/${name%:*}_${version//:/%3a}_$package_architecture.deb"
        done | LC_ALL=C sort >"$DEMO_REPO/tmp/list"
    find "$DEMO_REPO/debs" -maxdepth 1 -name '*.deb' | LC_ALL=C sort >"$DEMO_REPO/tmp/present"
    missing=$(LC_ALL=C comm -23 "$DEMO_REPO/tmp/list" "$DEMO_REPO/tmp/present" | wc -l)
    if [[ $missing -gt 0 ]]; then
        echo "downloading $missing Debian packages" >&2
        apt_here --yes --download-only install "${wanted[@]}" >&2 || fail "apt-get could not download the packages (its message is above)"
        while read -r deb; do
            [[ -e $deb ]] || fail "apt-get did not leave $deb; remove $DEMO_REPO/debs and run again"
        done <"$DEMO_REPO/tmp/list"
    fi
    # Downloads that are not wanted any more go.
    LC_ALL=C comm -13 "$DEMO_REPO/tmp/list" "$DEMO_REPO/tmp/present" | xargs -r -d '\n' rm -f
    cat "$DEMO_REPO/tmp/list"
}
