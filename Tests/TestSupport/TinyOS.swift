import Foundation
import HostSystem
import SystemPackage

/// An operating system of a few small packages: a shell (busybox), a release, a kernel that is only a file.
///
/// It composes, commits and encapsulates as a real one does, in a second or two; it does not boot.
public enum TinyOS {
    /// The packages, the ones that a test adds included.
    ///
    /// - Throws: the error of the file system where the host has no static busybox.
    public static func packages(adding others: [RPMFixture] = []) throws -> [RPMFixture] {
        [filesystem, try shell, release, kernel] + others
    }

    /// The names that a treefile lists to get it.
    public static let names = ["tiny-filesystem", "tiny-shell", "tiny-release", "tiny-kernel"]

    /// A treefile of it.
    ///
    /// - Parameters:
    ///   - packages: further packages.
    ///   - extra: further lines, each a whole key.
    public static func manifest(packages: [String] = [], extra: [String] = []) -> String {
        let list = (names + packages).map { "  - \($0)" }
        let keys = [
            "ref: tiny/${basearch}/stable", "repos: [tiny]", "automatic-version-prefix: \"1.0.<date:%Y%m%d>\"",
            "selinux: false", "no-initramfs: true", "boot-location: modules", "machineid-compat: false",
            "tmp-is-dir: true", "recommends: false", "rojig: {name: tiny, summary: A tiny OS, license: Apache-2.0}",
        ]
        return (keys + extra + ["packages:"] + list).joined(separator: "\n") + "\n"
    }

    private static var filesystem: RPMFixture {
        let folders = ["/etc", "/usr", "/usr/bin", "/usr/lib", "/usr/sbin", "/usr/share", "/var"]
        return RPMFixture("tiny-filesystem", files: folders.map { .init($0, .directory) })
    }

    private static var shell: RPMFixture {
        get throws {
            let busybox = Array(try Data(contentsOf: URL(fileURLWithPath: "/bin/busybox")))
            let tools = ["sh", "true", "cat", "ls", "touch", "rm", "mkdir", "ln", "echo", "chmod", "sed", "grep"]
            return RPMFixture(
                "tiny-shell", arch: "x86_64", preamble: ["Provides: /bin/sh", "Requires: tiny-filesystem"],
                files: [.init("/usr/bin/busybox", .binary(busybox), mode: 0o755)]
                    + tools.map { .init("/usr/bin/\($0)", .symlink("busybox")) })
        }
    }

    private static var release: RPMFixture {
        let text = "ID=tiny\nVERSION_ID=1\nVERSION=\"1\"\nVARIANT_ID=coreos\nPRETTY_NAME=\"Tiny 1\"\n"
        return RPMFixture(
            "tiny-release",
            files: [
                .init("/usr/lib/os-release", .regular(text)),
                .init("/etc/os-release", .symlink("../usr/lib/os-release")),
                .init("/etc/passwd", .regular("root:x:0:0:root:/root:/bin/sh\n")),
                .init("/etc/group", .regular("root:x:0:\n")),
            ])
    }

    private static var kernel: RPMFixture {
        RPMFixture(
            "tiny-kernel", arch: "x86_64",
            files: [.init("/usr/lib/modules/6.1.0-tiny/vmlinuz", .regular("not a kernel\n"), mode: 0o755)])
    }
}
