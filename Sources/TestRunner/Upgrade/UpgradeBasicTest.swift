import HostSystem
import VirtualMachine

/// An old image boots, is upgraded to a build, comes up with it, and goes back.
enum UpgradeBasicTest {
    static func test(_ target: UpgradeTarget) -> KolaTest {
        var metadata = TestMetadata()
        metadata.description = "An old image is upgraded to the build, boots it, and rolls back."
        metadata.tags = ["upgrade"]
        // Three boots, and the difference between two systems.
        metadata.timeoutMin = 20
        return KolaTest(
            name: "upgrade.basic", metadata: metadata, body: .native { context in try await run(context, target) })
    }

    private static func run(_ context: TestContext, _ target: UpgradeTarget) async throws {
        let guest = context.guest
        let old = try await GuestDeployment(of: guest.commands)
        guard old.commit != target.commit else {
            throw TestFailure("the image is of build \(target.build) already; an older one is needed")
        }
        context.log("booted \(old.version) (\(old.commit))")
        let scratch = guest.machine.files.temporary.appending("update")
        try FileContent.createDirectory(scratch)
        defer { try? FileContent.remove(scratch) }
        let update = scratch.appending("delta")
        try await target.writeUpdate(from: old.commit, to: update, scratch: scratch)
        let sent = try await old.deploy(target.commit, from: update, over: guest.commands)
        context.log("sent \(sent >> 10) KiB")
        context.log("deployed \(target.version) (\(target.commit))")
        try await guest.reboot()
        try await expect(target.commit, target.version, booted: guest, "the upgrade")
        try await guest.commands.run(rollback(to: old))
        try await guest.reboot()
        try await expect(old.commit, old.version, booted: guest, "the rollback")
        context.log("rolled back to \(old.version)")
    }

    private static func expect(
        _ commit: String, _ version: String, booted guest: Guest, _ what: String
    ) async throws {
        let booted = try await GuestDeployment(of: guest.commands)
        guard booted.commit == commit else {
            throw TestFailure("after \(what) the guest booted \(booted.commit), not \(commit)")
        }
        guard booted.version == version else {
            throw TestFailure("after \(what) the guest's version is \"\(booted.version)\", not \"\(version)\"")
        }
    }

    /// ostree before 2023 cannot change the order of deployments: there the old commit is deployed once more.
    private static func rollback(to old: GuestDeployment) -> String {
        """
        if command -v rpm-ostree >/dev/null; then rpm-ostree rollback
        elif ostree admin --help | grep -q set-default; then ostree admin set-default 1
        else ostree admin deploy --os=\(old.system.shellQuoted) --retain-rollback \(old.commit.shellQuoted)
        fi
        """
    }
}
