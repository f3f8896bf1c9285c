import Foundation
import HostSystem
import SystemPackage

/// Makes the initramfs with the tree's own dracut, or takes one that was made of the same files.
struct InitramfsBuilder {
    let kernel: Kernel
    /// Arguments that replace `--no-hostonly` (`initramfs-args`).
    let arguments: [String]
    /// Directory of finished images.
    let cache: FilePath
    /// A scratch directory on a file system with room.
    let workDirectory: FilePath
    let runner: ScriptRunner
    /// os-release before the version was written into it: an initramfs need not change with every version.
    let release: [UInt8]?

    /// Directories that nothing in an initramfs comes from, or that differ with every version.
    private static let excluded = [
        "usr/share/doc", "usr/share/man", "usr/share/info", "usr/share/locale", "usr/share/licenses",
        "usr/share/zoneinfo", "usr/share/bash-completion", "usr/share/rpm", "usr/share/rpm-ostree",
        "usr/share/coreos-assembler", "usr/share/factory", "usr/share/ca-certificates", "usr/lib/sysimage",
        "usr/lib/os-release", "usr/etc/os-release", "usr/etc/machine-id", VariableState.configuration,
    ]

    /// The digest of all that can go into the initramfs: the files of the tree and dracut's arguments.
    func key(_ tree: TreeDirectory) -> String {
        var digest = Digest()
        digest.update(field: "initramfs 1")
        digest.update(field: kernel.version)
        for argument in dracutArguments { digest.update(field: argument) }
        digest.update(field: Digest.of(release ?? []))
        tree.walk { path, entry in
            guard case .file(let file) = entry,
                !Self.excluded.contains(where: { path == $0 || path.hasPrefix($0 + "/") })
            else { return }
            digest.update(field: path)
            digest.update(field: file.checksum)
        }
        return digest.finish()
    }

    /// The path of the image, and whether it was in the cache.
    ///
    /// - Throws: ``ComposeError/scriptFailed(package:phase:status:output:)`` where dracut fails.
    func build(_ tree: TreeDirectory) async throws -> (path: FilePath, cached: Bool) {
        let finished = cache.appending("\(key(tree)).img")
        if try FileStatus.of(finished) != nil { return (finished, true) }
        let output = workDirectory.appending("initramfs")
        let scratch = output.appending("tmp")
        for directory in [cache, scratch] {
            try FileManager.default.createDirectory(atPath: directory.string, withIntermediateDirectories: true)
        }
        var mounts: [Sandbox.Mount] = [
            .bind(source: output, destination: "/run/initramfs-build"),
            // /var is empty by now, and /root leads into it.
            .temporary("/var"), .directory("/var/roothome"), .directory("/var/tmp"),
        ]
        if let release {
            let file = output.appending("os-release")
            try Data(release).write(to: URL(fileURLWithPath: file.string))
            mounts.append(.readOnlyBind(source: file, destination: "/usr/lib/os-release"))
        }
        try await runner.run(
            ["dracut"] + dracutArguments, package: "initramfs", phase: "dracut", readOnly: true, mounts: mounts,
            // A file system of an ordinary user has neither devices nor other namespaces of attributes.
            // The time of the files inside is fixed, so that an image serves every version made of the same files.
            environment: ["DRACUT_NO_MKNOD": "1", "DRACUT_NO_XATTR": "1", "SOURCE_DATE_EPOCH": "1"])
        try AtomicFile.publish(output.appending("initramfs.img"), as: finished)
        return (finished, false)
    }

    private var dracutArguments: [String] {
        (arguments.isEmpty ? ["--no-hostonly"] : arguments) + [
            "--reproducible", "--stdlog", "3", "--add", "ostree", "--tmpdir", "/run/initramfs-build/tmp", "--force",
            "--kver", kernel.version, "/run/initramfs-build/initramfs.img",
        ]
    }
}
