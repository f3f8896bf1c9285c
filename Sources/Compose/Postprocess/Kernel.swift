import SystemPackage

/// The one kernel of a tree.
struct Kernel: Equatable {
    /// Its release: the name of its directory below /usr/lib/modules.
    let version: String

    /// Where it and its initramfs are.
    var directory: String { "usr/lib/modules/\(version)" }

    /// Finds the kernel in /usr/lib/modules or /usr/lib/ostree-boot and puts it in its module directory.
    ///
    /// - Returns: nil where there is none.
    /// - Throws: ``ComposeError/kernel(_:)`` for more than one.
    static func settle(in tree: TreeFiles) throws -> Kernel? {
        let modules = "usr/lib/modules"
        var found: [(version: String, path: String)] = []
        if try tree.exists(modules) {
            for version in try sortedNames(tree.path(modules))
            where try tree.exists("\(modules)/\(version)/vmlinuz") {
                found.append((version, "\(modules)/\(version)/vmlinuz"))
            }
        }
        let boot = "usr/lib/ostree-boot"
        if found.isEmpty, try tree.exists(boot) {
            for name in try sortedNames(tree.path(boot)) where name.hasPrefix("vmlinuz-") {
                found.append((String(name.dropFirst("vmlinuz-".count)), "\(boot)/\(name)"))
            }
        }
        guard let kernel = found.first else { return nil }
        guard found.count == 1 else {
            throw ComposeError.kernel(
                "more than one kernel (vmlinuz): /" + found.map(\.path).joined(separator: ", /")
                    + "; an image has one, leave the others out with exclude-packages")
        }
        let result = Kernel(version: kernel.version)
        if kernel.path != "\(result.directory)/vmlinuz", let bytes = try tree.read(kernel.path) {
            try tree.write(bytes, to: "\(result.directory)/vmlinuz", permissions: 0o755)
            try tree.remove(kernel.path)
        }
        return result
    }
}
