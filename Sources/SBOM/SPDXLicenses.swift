/// The identifiers of the SPDX licence list that packages of a base system name; one that is missing here costs nothing
/// but a licence reference in its place.
enum SPDXLicenses {
    /// Whether the list has the word, as a licence (also with a plus sign behind it) or as an exception.
    static func contains(_ word: String) -> Bool {
        licenses.contains(word) || exceptions.contains(word)
            || (word.hasSuffix("+") && licenses.contains(String(word.dropLast())))
    }

    private static let licenses: Set<String> = [
        "0BSD", "AFL-2.0", "AFL-2.1", "AGPL-3.0-only", "AGPL-3.0-or-later", "Apache-1.1", "Apache-2.0",
        "Artistic-1.0-Perl", "Artistic-2.0", "BSD-1-Clause", "BSD-2-Clause", "BSD-2-Clause-Views", "BSD-3-Clause",
        "BSD-3-Clause-LBNL", "BSD-3-Clause-Modification", "BSD-4-Clause", "BSD-4-Clause-UC", "BSD-Source-Code",
        "BSL-1.0", "BlueOak-1.0.0", "CC-BY-3.0", "CC-BY-4.0", "CC-BY-SA-3.0", "CC-BY-SA-4.0", "CC0-1.0", "CDDL-1.0",
        "CPL-1.0", "EPL-1.0", "EPL-2.0", "EUPL-1.2", "FSFAP", "FSFUL", "FSFULLR", "FSFULLRWD", "GFDL-1.1-or-later",
        "GFDL-1.2-or-later", "GFDL-1.3-no-invariants-or-later", "GFDL-1.3-or-later", "GPL-1.0-only",
        "GPL-1.0-or-later", "GPL-2.0-only", "GPL-2.0-or-later", "GPL-3.0-only", "GPL-3.0-or-later", "HPND",
        "HPND-export-US", "HPND-sell-variant", "ICU", "IJG", "ISC", "Info-ZIP", "LGPL-2.0-only", "LGPL-2.0-or-later",
        "LGPL-2.1-only", "LGPL-2.1-or-later", "LGPL-3.0-only", "LGPL-3.0-or-later", "Latex2e", "Libpng", "MIT",
        "MIT-0", "MIT-CMU", "MIT-Modern-Variant", "MPL-1.1", "MPL-2.0", "NAIST-2003", "NCSA", "NTP", "OFL-1.1",
        "OLDAP-2.8", "OpenSSL", "PHP-3.01", "PSF-2.0", "PostgreSQL", "Python-2.0", "Python-2.0.1", "RSA-MD", "Ruby",
        "SGI-B-2.0", "SMLNJ", "SSH-OpenSSH", "SSH-short", "SunPro", "TCL", "TCP-wrappers", "UPL-1.0", "Unicode-3.0",
        "Unicode-DFS-2015", "Unicode-DFS-2016", "Unlicense", "Vim", "W3C", "WTFPL", "X11",
        "X11-distribute-modifications-variant", "Xerox", "ZPL-2.1", "Zlib", "blessing", "bzip2-1.0.6", "curl",
        "libtiff", "libutil-David-Nugent", "mpich2", "snprintf", "xinetd", "zlib-acknowledgement",
    ]

    private static let exceptions: Set<String> = [
        "Autoconf-exception-2.0", "Autoconf-exception-3.0", "Bison-exception-2.2", "Classpath-exception-2.0",
        "GCC-exception-2.0", "GCC-exception-3.1", "GStreamer-exception-2008", "LGPL-3.0-linking-exception",
        "LLVM-exception", "Libtool-exception", "Linux-syscall-note", "OpenSSL-exception",
        "cryptsetup-OpenSSL-exception",
        "u-boot-exception-2.0", "Font-exception-2.0", "GNU-compiler-exception", "Texinfo-exception",
    ]
}
