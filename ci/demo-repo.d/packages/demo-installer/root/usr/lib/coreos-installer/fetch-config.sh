# shellcheck shell=bash disable=SC2154,SC2034 # common.sh, fetch.sh
# The Ignition config of the installed system.

# fetch_config: $work/config.ign, if one is wanted. Only what any version of a config has is looked at; Ignition checks the rest.
fetch_config() {
    local url fetch_status
    url=$(karg coreos.inst.ignition_url)
    [[ -n $url && $url != skip ]] || return 0
    check_url coreos.inst.ignition_url "$url"
    say "fetching the Ignition config $(shown "$url")"
    with_retries "the Ignition config" "$url" "correct coreos.inst.ignition_url" fetch_file "$url" "$work/config"

    jq --slurp '.' "$work/config" >"$work/parsed" 2>"$work/jq" ||
        fail "the Ignition config $(shown "$url") is no JSON: $(last_line "$work/jq" | sed 's/^error[^:]*: //'); correct the file or coreos.inst.ignition_url"
    jq --exit-status 'length == 1 and (.[0] | type == "object" and (.ignition | type == "object") and (.ignition.version | type == "string"))' \
        "$work/parsed" >/dev/null ||
        fail "the Ignition config $(shown "$url") has no ignition.version: correct the file or coreos.inst.ignition_url"
    mv "$work/config" "$work/config.ign"
}
