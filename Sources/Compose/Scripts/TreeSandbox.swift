import Foundation
import HostSystem
import SystemPackage

/// Runs programs of the tree with the tree as their file system.
struct TreeSandbox: Sendable {
    /// The mounted tree.
    let tree: FilePath
    /// `SOURCE_DATE_EPOCH`.
    let timestamp: Int64

    /// What rpm-ostree leaves to scripts (`rust/src/bwrap.rs`).
    private static let capabilities = [
        "CAP_CHOWN", "CAP_DAC_OVERRIDE", "CAP_FOWNER", "CAP_FSETID", "CAP_KILL", "CAP_SETGID", "CAP_SETUID",
        "CAP_SETPCAP", "CAP_SYS_CHROOT", "CAP_SETFCAP",
    ]

    /// The run of a program; paths are those of a booted system, and /usr, /etc and /var are writable.
    ///
    /// - Parameters:
    ///   - readOnly: whether /usr and /etc are read-only.
    ///   - mounts: further mounts.
    ///   - environment: further variables.
    func command(
        _ arguments: [String], readOnly: Bool = false, mounts: [Sandbox.Mount] = [],
        environment: [String: String] = [:]
    ) throws -> Command {
        let variables = [
            "PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "HOME": "/root", "LANG": "C.UTF-8", "SYSTEMD_OFFLINE": "1",
            "SOURCE_DATE_EPOCH": "\(timestamp)", "TZ": "UTC",
        ]
        return Sandbox(
            mounts: try rootMounts(readOnly: readOnly) + mounts,
            environment: variables.merging(environment) { $1 }, capabilities: Self.capabilities
        ).command(arguments)
    }

    private func rootMounts(readOnly: Bool) throws -> [Sandbox.Mount] {
        func bind(_ source: FilePath, _ destination: FilePath) -> Sandbox.Mount {
            readOnly
                ? .readOnlyBind(source: source, destination: destination)
                : .bind(source: source, destination: destination)
        }
        var mounts = [bind(tree.appending("usr"), "/usr")]
        if try FileStatus.of(tree.appending("usr/etc")) != nil {
            mounts.append(bind(tree.appending("usr/etc"), "/etc"))
        }
        mounts.append(.bind(source: tree.appending("var"), destination: "/var"))
        for name in try sortedNames(tree) where !["usr", "etc", "var", "tmp", "proc", "dev", "run"].contains(name) {
            let path = FilePath("/").appending(name)
            guard let status = try FileStatus.of(tree.appending(name)) else { continue }
            if status.isSymlink {
                mounts.append(.symlink(target: try linkTarget(tree.appending(name)), path: path))
            } else if status.isDirectory {
                mounts.append(.directory(path))
            }
        }
        return mounts + [.proc("/proc"), .dev("/dev"), .temporary("/tmp"), .temporary("/run")]
    }
}
