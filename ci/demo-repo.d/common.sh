# shellcheck shell=bash
# What the programs of the demo repository share. Sourced, with `here` set to this folder.
here=${here:?}

# Own packages get this time (2023-06-10, the release of Debian 12), so that only their content changes them. Signatures too: a time
# stamp of their own would give other bytes in each run.
export own_epoch=1686355200
export signature_time=20230610T000000

# The last line on standard error is the cause. A worker also leaves it for ci/demo-repo, as others go on meanwhile.
fail() {
    echo "error: $*" >&2
    if [[ -n ${DEMO_REPO_WORKER:-} ]]; then
        echo "$*" >>"$DEMO_REPO/tmp/failures"
    fi
    exit 1
}

# make_rpms WHAT SPEC BUILDROOT EPOCH WORK [OPTION...]: builds SPEC, signs what comes out and leaves it in WORK/out.
make_rpms() {
    local what=$1 spec=$2 buildroot=$3 epoch=$4 work=$5
    shift 5
    mkdir -p "$work/top" "$work/out"
    SOURCE_DATE_EPOCH=$epoch rpmbuild -bb --quiet --nodeps --load "$here/macros" --buildroot "$buildroot" \
        --define "_topdir $work/top" --define "_dbpath $work/top/db" --define "_rpmdir $work/out" \
        --define "_build_name_fmt %%{NAME}-%%{VERSION}-%%{RELEASE}.%%{ARCH}.rpm" \
        "$@" "$spec" >"$work/log" 2>&1 || {
        mkdir -p "$DEMO_REPO/failed"
        cp "$spec" "$work/log" "$DEMO_REPO/failed/"
        cat "$work/log" >&2
        fail "$what: rpmbuild failed ($(grep -vE '^(Building|RPM build errors|$)|Bad exit status' "$work/log" | tail -n 1));" \
            "its spec and log are in $DEMO_REPO/failed"
    }
    rpmsign --addsign --define "_gpg_name $DEMO_REPO_KEY" --define "_gpg_path $GNUPGHOME" --define "__gpg $(command -v gpg)" \
        --define "_gpg_sign_cmd_extra_args --faked-system-time ${signature_time}!" "$work"/out/*.rpm >"$work/log" 2>&1 || {
        cat "$work/log" >&2
        fail "$what: cannot sign the RPM ($(grep -v '^warning' "$work/log" | head -n 1)); the key is in $DEMO_REPO/gnupg"
    }
    find "$work/out" -name '*.rpm' -exec touch --date="@$epoch" {} +
}

# publish NAME DIGEST WORK: moves WORK/out/*.rpm into the repository and notes what was made from what.
publish() {
    local digest=$2 work=$3 state=$DEMO_REPO/state/$1
    (cd "$work/out" && { echo "$digest" && ls; }) >"$state.new"
    mv -f "$work"/out/*.rpm "$DEMO_REPO/rpms/"
    mv -f "$state.new" "$state"
}

# is_current NAME DIGEST: whether the repository has what was made from DIGEST.
is_current() {
    local state=$DEMO_REPO/state/$1 rpm
    [[ -e $state && $(head -n 1 "$state") == "$2" ]] || return 1
    while read -r rpm; do
        [[ -e $DEMO_REPO/rpms/$rpm ]] || return 1
    done < <(tail -n +2 "$state")
}
