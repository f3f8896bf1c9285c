# shellcheck shell=bash
# The repository's signing key. Sourced by ci/demo-repo after common.sh.
signature_time=${signature_time:?}

# make_key: makes the key once and exports GNUPGHOME and DEMO_REPO_KEY (its fingerprint). It does not expire and has no passphrase:
# it vouches for nothing but that the RPMs came from this folder.
make_key() {
    local socket_folder
    mkdir -p "$DEMO_REPO/gnupg"
    chmod 0700 "$DEMO_REPO/gnupg"
    # The agent's socket lives in the home folder, whose path may be longer than a socket's may: go there by a short link.
    socket_folder=$(mktemp -d)
    ln -s "$DEMO_REPO/gnupg" "$socket_folder/g"
    export GNUPGHOME=$socket_folder/g
    # shellcheck disable=SC2064
    trap "gpgconf --kill gpg-agent || true; rm -rf '$socket_folder' '$DEMO_REPO/tmp'" EXIT
    if ! gpg --batch --quiet --list-secret-keys demo@localhost >/dev/null 2>&1; then
        echo "making a signing key"
        gpg --batch --quiet --faked-system-time "${signature_time}!" --pinentry-mode loopback --passphrase '' \
            --quick-generate-key 'Demo repository <demo@localhost>' rsa3072 sign never 2>"$DEMO_REPO/tmp/log" ||
            fail "cannot make a signing key in $DEMO_REPO/gnupg: $(tail -n 1 "$DEMO_REPO/tmp/log")"
    fi
    DEMO_REPO_KEY=$(gpg --batch --with-colons --list-secret-keys demo@localhost | awk -F: '$1 == "fpr" { print $10; exit }')
    if [[ ! -e $DEMO_REPO/RPM-GPG-KEY-demo ]]; then
        gpg --batch --armor --export "$DEMO_REPO_KEY" >"$DEMO_REPO/tmp/key"
        mv "$DEMO_REPO/tmp/key" "$DEMO_REPO/RPM-GPG-KEY-demo"
    fi
}
