import RPM

/// Which scripts of packages are run, left out or refused when a tree is composed
/// (rpm-ostree `rpmostree-scripts.cxx`, `rust/src/scripts.rs`).
enum ScriptPolicy {
    /// Scripts without a purpose in an image, as `package.kind`.
    private static let ignored: Set = [
        "glibc.%pre", "glibc-headers.%pre", "coreutils.%pre", "ca-certificates.%pre", "libgcc.%post",
        "filesystem.%posttrans", "setup.%post", "pinentry.%pre", "fedora-release.%posttrans", "vagrant.%pre",
        "vagrant-libvirt.%pre", "bash.%post", "gdb.%pre", "systemd.%transfiletriggerin", "man-db.%transfiletriggerin",
        "filesystem.%transfiletriggerin", "nfs-utils.%post", "microcode_ctl.%post", "microcode_ctl.%posttrans",
    ]

    /// Whether a script is left out silently.
    ///
    /// - Parameter kernelInstall: whether the kernel is placed by kernel-install(8), for which its scripts are needed.
    static func ignores(_ kind: String, of package: String, kernelInstall: Bool) -> Bool {
        if ignored.contains("\(package).\(kind)") { return true }
        guard kind == "%posttrans", package.hasPrefix("kernel"), !kernelInstall else { return false }
        return package.hasSuffix("core") || package.hasSuffix("modules")
    }

    /// Refuses what cannot be run.
    ///
    /// - Returns: false where the script asks to be left out (`-- rpm-ostree-skip`).
    /// - Throws: ``ComposeError/unsupportedScript(package:kind:reason:)``
    static func check(_ scriptlet: Scriptlet, kind: String, package: String) throws -> Bool {
        if scriptlet.interpreter.first == "<lua>" {
            let head = scriptlet.body.split(separator: "\n", omittingEmptySubsequences: false).prefix(10)
            if head.contains(where: { $0.contains("-- rpm-ostree-skip") }) { return false }
            throw ComposeError.unsupportedScript(
                package: package, kind: kind,
                reason: "it is written in Lua, which only rpm itself can run; `-- rpm-ostree-skip` in its first ten "
                    + "lines leaves it out")
        }
        if scriptlet.flags != 0 {
            throw ComposeError.unsupportedScript(
                package: package, kind: kind, reason: "it wants macros expanded when it is installed (-e or -q)")
        }
        return true
    }

    /// Refuses packages with triggers on other packages.
    ///
    /// - Throws: ``ComposeError/unsupportedScript(package:kind:reason:)``
    static func checkTriggers(_ header: PackageHeader) throws {
        guard let kind = header.installTriggerKinds.first else { return }
        throw ComposeError.unsupportedScript(
            package: header.nevra, kind: kind, reason: "triggers on other packages are not run in an image")
    }
}
