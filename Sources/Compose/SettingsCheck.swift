import Treefile

/// Treefile keys that ask for what a compose cannot do: said before any work, because a key that is silently without
/// effect makes an image that is not what its treefile says.
enum SettingsCheck {
    /// - Throws: ``ComposeError/invalidSetting(key:reason:)`` for the first such key.
    static func check(_ manifest: Manifest) throws {
        if manifest.ima == true { throw refusal("ima", "signatures of files are not taken over from packages") }
        if manifest.gpgKey != nil { throw refusal("gpg-key", "commits are not signed when they are composed") }
        if manifest.rpmdb == .bdb || manifest.rpmdb == .ndb {
            throw refusal("rpmdb", "the package database is written as sqlite only")
        }
        if manifest.bootLocation == .kernelInstall {
            throw refusal("boot-location", "kernel-install is not run; the kernel is placed in /usr/lib/modules")
        }
    }

    /// Refuses a tree that needs SELinux labels.
    ///
    /// - Throws: ``ComposeError/invalidSetting(key:reason:)``
    static func checkLabels(_ manifest: Manifest, _ tree: TreeDirectory) throws {
        guard manifest.selinux != false, manifest.container != true, tree["usr/etc/selinux/targeted/contexts"] != nil
        else { return }
        throw refusal(
            "selinux",
            "the tree has an SELinux policy, and files are not labelled yet: `selinux: false` composes it "
                + "without labels")
    }

    private static func refusal(_ key: String, _ reason: String) -> ComposeError {
        .invalidSetting(key: key, reason: reason)
    }
}
