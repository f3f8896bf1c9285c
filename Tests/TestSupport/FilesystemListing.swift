import HostSystem
import SystemPackage

/// What the kernel finds on a filesystem.
public enum FilesystemListing {
    /// For each name: kind, permissions, owner, links, times of reading and modification, size of a file, target of a
    /// link; for each file its digest; all extended attributes; the flags. Needs root.
    ///
    /// - Parameters:
    ///   - start: the first byte of the filesystem in the image.
    ///   - size: its size in bytes.
    public static func of(_ image: FilePath, type: String, start: Int64, size: Int64) async throws -> [String] {
        let options = "ro,loop,offset=\(start),sizelimit=\(size)" + (type == "xfs" ? ",norecovery,nouuid" : "")
        let script = """
            set -e
            mount -t "$2" -o "$3" "$1" /mnt
            cd /mnt
            find . -printf '%P %M %U:%G %n %A@ %T@ %l\\n' -type f -printf '%P %s\\n' | sort
            find . -type f -print0 | sort -z | xargs -0r sha256sum
            find . -print0 | sort -z | xargs -0 getfattr -h -d -m - -e hex --
            find . -xdev \\( -type f -o -type d \\) -print0 | sort -z | xargs -0 lsattr -d -- | sed -E 's/^([-a-zA-Z]*)/\\1/'
            cd /
            umount /mnt
            """
        return try await Command(
            "unshare", ["--mount", "sh", "-c", script, "sh", image.string, type, options],
            environment: ["LC_ALL": "C"]
        ).run().text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    }

    /// Says what the checker of a filesystem finds wrong; empty where nothing is.
    public static func problems(_ filesystem: FilePath, type: String) async throws -> String {
        let check =
            type == "xfs"
            ? Command("xfs_repair", ["-n", "-f", filesystem.string])
            : Command("btrfs", ["check", "--readonly", filesystem.string])
        let output = try await check.capture()
        return output.status == 0 ? "" : output.text + output.standardError
    }
}
