import SystemPackage
import TestSupport
import Testing

@testable import Compose

/// Each is one clear last line, and leaves no ref.
@Suite("Compose errors")
struct ComposeErrorTests {
    private func failure(
        _ packages: [RPMFixture], treefile: String = "", layers: [OverlayLayer] = []
    ) async throws -> String {
        let fixture = try ComposeFixture()
        let built = try await fixture.build([try await ComposeFixture.shell()] + packages)
        var message = "no error"
        do {
            _ = try await fixture.compose(built, treefile: treefile, layers: layers)
        } catch {
            message = "\(error)"
        }
        #expect(try await fixture.refs().isEmpty)
        return message
    }

    @Test("A failing script is named with package, phase, status and its last words")
    func failingScript() async throws {
        let web = RPMFixture(
            "web", scriptlets: ["post": "echo starting >&2\necho 'no space for gadgets' >&2\nexit 3"])
        let message = try await failure([web])
        #expect(message == "%post of web failed with status 3: starting; no space for gadgets")
    }

    @Test("Different files of two packages at one path are a conflict that names both")
    func conflict() async throws {
        let message = try await failure([
            RPMFixture("one", files: [.init("/usr/share/x", .regular("1"))]),
            RPMFixture("two", files: [.init("/usr/share/x", .regular("2"))]),
        ])
        #expect(
            message == "one-1.0-1.noarch and two-1.0-1.noarch both own /usr/share/x, with different content or "
                + "permissions; remove one with remove-from-packages")
    }

    @Test("A path without a place is refused with package and path")
    func unsupportedPath() async throws {
        let message = try await failure([RPMFixture("web", files: [.init("/srv/web/page")])])
        #expect(message.hasPrefix("package web-1.0-1.noarch owns /srv/web/page, which has no place"))
    }

    @Test("An owner that the tree does not know is refused")
    func unknownOwner() async throws {
        let message = try await failure([RPMFixture("web", files: [.init("/usr/share/x", owner: "daemon")])])
        #expect(
            message == "/usr/share/x of package web-1.0-1.noarch belongs to the user daemon, which the tree's user "
                + "database does not have; add a sysusers.d line for it")
    }

    @Test("Lua scripts are refused unless they ask to be left out")
    func luaScript() async throws {
        let message = try await failure([RPMFixture("web", scriptlets: ["post -p <lua>": "print('x')"])])
        #expect(message.hasPrefix("package web-1.0-1.noarch has an unsupported script %post: it is written in Lua"))
        let fixture = try ComposeFixture()
        let skipped = RPMFixture("web", scriptlets: ["post -p <lua>": "-- rpm-ostree-skip\nprint('x')"])
        _ = try await fixture.compose(try await fixture.build([skipped]))
    }

    @Test("Triggers on other packages are refused")
    func trigger() async throws {
        let message = try await failure([RPMFixture("web", scriptlets: ["triggerin -- shell": "true"])])
        #expect(message.hasPrefix("package web-1.0-1.noarch has an unsupported script %triggerin"))
    }

    @Test("A layer cannot silently replace a package's file")
    func layerConflict() async throws {
        let directory = try TemporaryDirectory()
        try directory.write("other", to: "layer/usr/bin/busybox")
        let layer = OverlayLayer(name: "overlay.d/05core", path: directory.appending("layer"))
        let message = try await failure([], layers: [layer])
        #expect(
            message.hasPrefix("shell-1.0-1.x86_64 and layer overlay.d/05core both own /usr/bin/busybox, with different")
        )
    }

    @Test("A tree that is booted needs one kernel")
    func kernel() async throws {
        let message = try await failure([], treefile: "container: false\n")
        #expect(message.hasPrefix("no kernel (vmlinuz) in /usr/lib/modules or /boot"))
    }

    @Test("Numbers of accounts that the treefile fixes must not change")
    func accountNumbers() async throws {
        let message = try await failure([], treefile: "check-passwd: {type: data, entries: {web: [101, 103]}}\n")
        #expect(message == "treefile key check-passwd: passwd GID changed: web (103 to 102)")
        let groups = try await failure([], treefile: "check-groups: {type: data, entries: {web: 102, shadow: 43}}\n")
        #expect(groups == "treefile key check-groups: group GID changed: shadow (43 to 42)")
    }

    @Test("What cannot be done is refused, not left out")
    func refusals() async throws {
        let message = try await failure([], treefile: "ima: true\n")
        #expect(message == "treefile key ima: signatures of files are not taken over from packages")
        let policy = RPMFixture("policy", files: [.init("/etc/selinux/targeted/contexts/files")])
        let labels = try await failure([policy], treefile: "container: false\nselinux: true\n")
        #expect(labels.hasPrefix("treefile key selinux: the tree has an SELinux policy"))
    }

    @Test("A pipe that a script leaves cannot be stored")
    func pipe() async throws {
        let message = try await failure([RPMFixture("web", scriptlets: ["post": "mkfifo /usr/share/pipe"])])
        #expect(message == "/usr/share/pipe cannot be stored in the commit: it is a socket, a pipe or a device")
    }
}
