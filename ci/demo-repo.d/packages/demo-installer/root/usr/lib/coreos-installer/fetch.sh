# shellcheck shell=bash disable=SC2154 # common.sh
# Downloads, and what is done when they fail.

# How often a download may break off.
break_limit=5

# check_url ARGUMENT URL: only what curl gets in one stream, and with certificates checked.
check_url() {
    [[ $2 == http://?* || $2 == https://?* ]] || fail "$1=$2 is no http:// or https:// address: correct it"
}

# shown URL: without the user and the password in it.
shown() {
    sed -E 's|://[^/@]*@|://|' <<<"$1"
}

# fetch URL: the file on standard output, once. What curl says, with the answer's number and the bytes that came in its last line,
# goes to $work/curl.
fetch() {
    curl --silent --show-error --fail --location --proto '=http,https' --connect-timeout 10 --speed-limit 1 --speed-time 30 \
        --write-out '%{stderr}\n%{http_code} %{size_download}\n' "$1" 2>"$work/curl"
}

# fetch_file URL FILE
fetch_file() {
    fetch "$1" >"$2"
    fetch_status=$?
    return "$fetch_status"
}

# with_retries WHAT URL ADVICE COMMAND...: runs COMMAND, which sets fetch_status to that of `fetch`, until it succeeds. A server that
# does not answer has $patience seconds.
with_retries() {
    local what=$1 url advice=$3 deadline=$((SECONDS + patience)) breaks=0 code bytes reason
    url=$(shown "$2")
    shift 3
    until "$@"; do
        read -r code bytes < <(tail -n 1 "$work/curl")
        reason=$(sed -e '$d' -e 's/ after [0-9]* ms//' "$work/curl" >"$work/said" && last_line "$work/said")
        ((10#$code < 400)) || reason="the server answers $code"
        is_passing "$fetch_status" "$code" || fail "cannot fetch $what $url: $reason; $advice"
        if ((bytes > 0)) && [[ $code == 200 ]]; then
            ((++breaks < break_limit)) || fail "cannot fetch $what $url: it broke off $breaks times, last after $bytes bytes" \
                "($reason); check the network and the server"
            say "$what broke off after $bytes bytes ($reason); trying again"
            deadline=$((SECONDS + patience))
        else
            ((SECONDS < deadline)) || fail "cannot fetch $what $url: no answer in $patience s ($reason);" \
                "check the network and the server, or $advice"
        fi
        sleep 1
    done
}

# is_passing STATUS CODE: whether the same may succeed later: names, routes, connections, and servers that are busy.
is_passing() {
    case $1:$2 in
    5:* | 6:* | 7:* | 16:* | 18:* | 28:* | 35:* | 52:* | 55:* | 56:* | 92:*) ;;
    22:408 | 22:429 | 22:5*) ;;
    *) return 1 ;;
    esac
}
