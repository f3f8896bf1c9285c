import HostSystem
import SystemPackage
import TestSupport
import Testing

@testable import Compose

@Suite("Layers and treefile changes")
struct LayerTests {
    @Test("A layer adds files with normal permissions, overrides replace, statoverride sets what git cannot keep")
    func layers() async throws {
        let fixture = try ComposeFixture()
        let packages = try await fixture.build([
            try await ComposeFixture.shell(), RPMFixture("web", files: [.init("/usr/share/web", .regular("package"))]),
        ])
        try fixture.directory.write("tool", to: "overlay/usr/bin/tool", mode: 0o775)
        try fixture.directory.write("conf", to: "overlay/etc/tool.conf", mode: 0o600)
        try fixture.directory.write("suid", to: "overlay/usr/bin/suid", mode: 0o755)
        try fixture.directory.write("# modes\n=2541 /usr/bin/suid\n", to: "overlay/statoverride")
        try fixture.directory.write("override", to: "rootfs/usr/share/web")
        let layers = [
            OverlayLayer(name: "overlay.d/05core", path: fixture.directory.appending("overlay")),
            OverlayLayer(name: "overrides/rootfs", path: fixture.directory.appending("rootfs"), replaces: true),
        ]
        let commit = try await fixture.compose(packages, layers: layers)
        let tree = try await fixture.list(commit.checksum)
        #expect(tree["/usr/bin/tool"] == "-00755 0 0")
        #expect(tree["/usr/etc/tool.conf"] == "-00644 0 0")
        #expect(tree["/usr/bin/suid"] == "-04755 0 0")
        #expect(tree["/statoverride"] == nil)
        #expect(try await fixture.text("/usr/share/web", of: commit.checksum) == "override")
    }

    @Test("What names its layer of container images is kept, in layers and by scripts")
    func components() async throws {
        let fixture = try ComposeFixture()
        let packages = try await fixture.build([
            try await ComposeFixture.shell(), RPMFixture("web", files: [.init("/usr/share/web/file", .regular("web"))]),
        ])
        try fixture.directory.write("model", to: "overlay/usr/share/models/one")
        let models = fixture.directory.appending("overlay/usr/share/models")
        try ExtendedAttribute.set("user.component", to: Array("models".utf8), of: models)
        try ExtendedAttribute.set("user.component", to: Array("one".utf8), of: models.appending("one"))
        try ExtendedAttribute.set("user.other", to: [1], of: models.appending("one"))
        // A file that comes into the directory by a script leaves its attribute.
        let commit = try await fixture.compose(
            packages, treefile: "postprocess: [\"#!/bin/sh\\necho two >/usr/share/models/two\\n\"]\n",
            layers: [OverlayLayer(name: "overlay.d/05core", path: fixture.directory.appending("overlay"))])
        let tree = try await Command(
            "ostree", ["--repo=\(fixture.target)", "ls", "-R", "-X", commit.checksum, "/usr/share/models"]
        ).run().text.split(separator: "\n")
        func attributes(_ name: String) throws -> String {
            String(try #require(tree.first { $0.hasSuffix(name) }))
        }
        #expect(try attributes("/usr/share/models").contains("user.component"))
        #expect(try attributes("/models/one").contains("user.component"))
        #expect(try !attributes("/models/one").contains("user.other"))
        #expect(try !attributes("/models/two").contains("user.component"))
    }

    @Test("Treefile keys that change the tree do")
    func treefile() async throws {
        let fixture = try ComposeFixture()
        let web = RPMFixture(
            "web",
            files: [
                .init("/usr/lib/systemd/system/web.service", .regular("[Unit]\n")),
                .init("/usr/lib/systemd/system/multi-user.target", .regular("[Unit]\n")),
                .init("/usr/lib/os-release", .regular("VERSION=\"12\"\n")),
                .init("/usr/share/web/a", .regular("a")), .init("/usr/share/web/b", .regular("b")),
                .init("/usr/share/web/c", .regular("c")),
            ])
        let packages = try await fixture.build([try await ComposeFixture.shell(), web])
        try fixture.directory.write("added\n", to: "config/file.txt")
        let commit = try await fixture.compose(
            packages,
            treefile: """
                units: [web.service]
                default-target: multi-user.target
                mutate-os-release: "12"
                tmp-is-dir: true
                machineid-compat: true
                remove-files: [usr/share/web/a]
                remove-from-packages: [[web, /usr/share/web/b]]
                add-files: [[file.txt, /etc/added.txt]]
                postprocess:
                  - |
                    #!/bin/sh
                    set -e
                    test -f /etc/added.txt
                    echo done >/usr/share/web/c

                """, version: "12.1")
        let tree = try await fixture.list(commit.checksum)
        #expect(
            tree["/usr/etc/systemd/system/multi-user.target.wants/web.service"]
                == "l00777 0 0 -> /usr/lib/systemd/system/web.service")
        #expect(tree["/usr/lib/systemd/system/default.target"] == "l00777 0 0 -> multi-user.target")
        #expect(tree["/tmp"] == "d01777 0 0")
        #expect(tree["/usr/etc/machine-id"] == "-00444 0 0")
        #expect(tree["/usr/share/web/a"] == nil && tree["/usr/share/web/b"] == nil)
        #expect(try await fixture.text("/usr/share/web/c", of: commit.checksum) == "done\n")
        #expect(try await fixture.text("/usr/etc/added.txt", of: commit.checksum) == "added\n")
        #expect(
            try await fixture.text("/usr/lib/os-release", of: commit.checksum)
                == "VERSION=\"12.1\"\nOSTREE_VERSION='12.1'\n")
    }

    @Test("A unit that no package brings is an error that names it")
    func missingUnit() async throws {
        let fixture = try ComposeFixture()
        let packages = try await fixture.build([try await ComposeFixture.shell()])
        await #expect(
            throws: ComposeError.invalidSetting(key: "units", reason: "no package brings the unit gone.service")
        ) {
            try await fixture.compose(packages, treefile: "units: [gone.service]\n")
        }
    }
}
