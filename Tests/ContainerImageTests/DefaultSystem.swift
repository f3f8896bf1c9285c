import Testing

@testable import ContainerImage

/// The packages of the default operating system as the packer sees them: what decides its figures is how sizes and sources
/// are distributed.
enum DefaultSystem {
    static let packages: [PackableComponent] = table.split(separator: ";").flatMap { entry in
        let words = entry.split(whereSeparator: \.isWhitespace)
        let source = words[0].split(separator: "/")
        return words[1].split(separator: "+").enumerated().map { index, size in
            PackableComponent(
                identifier: "\(source[0])-\(index)", source: String(source[0]), size: (Int64(size) ?? 0) << 10,
                updatesPerYear: Int(source[1]) ?? 0)
        }
    }

    /// Each source with its updates in a year, and the sizes of its packages in KiB.
    private static let table = """
        acl/2 39; apparmor/8 84; argon2/1 41; attr/3 28; audit/3 1+127; avahi/1 79+21+55+19; bash/0 1272;
        brotli/1 759; bubblewrap/1 73; bzip2/1 75; ca-certificates/2 240; chrony/2 429; coreutils/1 6938;
        cpio/1 243; cryptsetup/7 524; curl/3 295+700+716; cyrus-sasl2/1 142+61; dash/8 126; db5.3/3 1817;
        dbus/9 72+120+274+25+27+359; debianutils/3 84; demo-base-files/0 3; demo-filesystem/0 5+1;
        demo-ignition-ostree/0 15; demo-release/0 0; diffutils/4 340; dosfstools/1 196; dracut/10 3+734+219;
        e2fsprogs/0 1204+32+487+48+28; elfutils/8 115; expat/3 365; findutils/4 314; fuse3/9 261;
        gcc-12/1 66+122+2255; gdisk/4 706; glib2.0/4 3702; glibc/4 1959+12344; gmp/3 520; gnupg2/2 1092+343;
        gnutls28/3 2208; gpgme1.0/9 334; grep/5 200; gzip/1 135; hostname/1 23; icu/1 36144; ignition/2 23228;
        iproute2/6 3040; iptables/3 48+80; iputils/1 91; jq/2 50+334; json-c/3 72; keyutils/3 23; kmod/5 174+112;
        krb5/1 392+240+1012+112; less/3 245; libarchive/2 819; libassuan/4 85; libbpf/1 356; libbsd/3 106;
        libcap-ng/3 45; libcap2/2 72+100; libcbor/2 69; libedit/3 213; libffi/6 52; libfido2/3 217;
        libgcrypt20/1 1330; libgpg-error/6 158; libidn2/1 199; libinih/1 15; libmd/2 54; libmnl/1 28; libnsl/2 108;
        libonig/2 602; libpsl/1 77; libseccomp/1 127; libselinux/1 173; libsemanage/2 3+265; libsepol/3 749;
        libssh2/1 256; libtasn1-6/1 85; libtirpc/3 13+195; libunistring/2 1755; liburcu/5 287; libxcrypt/6 207;
        libxml2/4 1712; libzstd/10 751+1998; linux-signed-amd64/10 103434+0; lua5.3/1 481; lvm2/4 196+436;
        lz4/1 149; mawk/2 176; ncurses/6 365+274; netbase/1 19; nettle/3 310+334; nghttp2/1 192; openldap/8 495;
        openssh/5 5496+1806+202; openssl/8 5526+967; ostree/1 833+328+71; p11-kit/2 1240; pam/1 810+155+17+107;
        pcre2/2 621; popt/2 57; procps/6 202+647; readline/10 401+6; rpm/1 500+226+122+401+34; rtmpdump/0 122;
        sed/1 131; shadow/2 191+1861; sqlite3/2 1405; sudo/3 2303;
        systemd/3 150+330+477+5304+837+190+6910+685+12+10720; tar/2 583; tcp-wrappers/1 51; tzdata/4 1284;
        util-linux/3 430+369+495+417+256+56+302+4186+298; xfsprogs/6 2343; xz-utils/2 201+133; zlib/4 121
        """
}
