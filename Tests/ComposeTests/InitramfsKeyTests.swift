import HostSystem
import Testing

@testable import Compose

/// An initramfs is taken from the cache exactly where dracut would see the same files and arguments.
@Suite("The cache key of an initramfs")
struct InitramfsKeyTests {
    private func key(
        version: String = "6.1", arguments: [String] = [], release: String? = "ID=demo\n", files: [String: String] = [:]
    ) -> String {
        let tree = TreeDirectory()
        tree.ensurePath("usr/bin").entries["tool"] = .file(TreeFile(checksum: "0", origin: nil))
        for (path, checksum) in files {
            let parts = path.split(separator: "/")
            tree.ensurePath(parts.dropLast().joined(separator: "/")).entries[String(parts[parts.count - 1])] = .file(
                TreeFile(checksum: checksum, origin: nil))
        }
        return InitramfsBuilder(
            kernel: Kernel(version: version), arguments: arguments, cache: "/cache", workDirectory: "/work",
            runner: ScriptRunner(
                sandbox: TreeSandbox(tree: "/tree", timestamp: 0), directory: "/scripts", reporter: .silent),
            release: release.map { Array($0.utf8) }
        ).key(tree)
    }

    @Test("What goes into the image changes the key")
    func inputs() {
        let others = [
            key(version: "6.2"), key(arguments: ["--hostonly"]), key(release: "ID=other\n"), key(release: nil),
            key(files: ["usr/bin/tool": "1"]), key(files: ["usr/bin/new": "0"]),
            key(files: ["usr/lib/tmpfiles.d/x.conf": "0"]),
        ]
        #expect(Set(others + [key()]).count == others.count + 1)
    }

    @Test(
        "What dracut does not read, or what carries the version, does not",
        arguments: [
            "usr/share/doc/a", "usr/share/rpm/rpmdb.sqlite", "usr/lib/os-release", "usr/etc/machine-id",
            "usr/share/rpm-ostree/treefile.json", VariableState.configuration,
        ])
    func others(path: String) {
        #expect(key(files: [path: "1"]) == key())
    }
}
