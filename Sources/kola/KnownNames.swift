import ArgumentParser

/// The names that upstream's kola knows.
enum KnownNames {
    static let platforms = ["aws", "azure", "do", "esx", "gcp", "openstack", "qemu", "qemu-iso"]
    static let distros = ["fcos", "rhcos", "scos"]
    static let architectures = ["aarch64", "ppc64le", "riscv64", "s390x", "x86_64"]

    /// The platform that `name` means.
    static func platform(_ name: String) throws -> String {
        let platform = name == "iso" ? "qemu-iso" : name
        guard platforms.contains(platform) else {
            throw ValidationError(
                "--platform: unsupported platform \"\(name)\"; there are \(platforms.joined(separator: ", "))")
        }
        return platform
    }
}
