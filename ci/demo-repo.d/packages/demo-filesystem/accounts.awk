# Writes /etc/passwd, group, shadow and gshadow below the folder `etc` from the lines of a sysusers.d file (`u` with uid:gid, `g`).
# `day` is the date of the last password change in shadow.
function text_between_quotes(line) {
    match(line, /"[^"]*"/)
    return substr(line, RSTART + 1, RLENGTH - 2)
}
$1 == "g" {
    print $2 ":x:" $3 ":" > (etc "/group")
    print $2 ":*::" > (etc "/gshadow")
}
$1 == "u" {
    comment = text_between_quotes($0)
    split($3, id, ":")
    print $2 ":x:" id[1] ":" id[2] ":" comment ":" $(NF - 1) ":" $NF > (etc "/passwd")
    print $2 ":*:" day ":0:99999:7:::" > (etc "/shadow")
}
