import Foundation
import HostSystem
import SystemPackage
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
        let old = try await Deployment(of: guest)
        guard old.commit != target.commit else {
            throw TestFailure("the image is of build \(target.build) already; an older one is needed")
        }
        context.log("booted \(old.version) (\(old.commit))")
        try await send(target, from: old, to: guest, context)
        try await guest.commands.run(
            """
            set -e
            ostree static-delta apply-offline \(remoteFile)
            rm \(remoteFile)
            ostree admin deploy --os=\(old.system.shellQuoted) \(target.commit.shellQuoted)
            """)
        context.log("deployed \(target.version) (\(target.commit))")
        try await guest.reboot()
        try await expect(target.commit, target.version, booted: guest, "the upgrade")
        try await guest.commands.run(rollback(to: old))
        try await guest.reboot()
        try await expect(old.commit, old.version, booted: guest, "the rollback")
        context.log("rolled back to \(old.version)")
    }

    /// What a guest has booted.
    struct Deployment: Equatable {
        let system: String
        let commit: String
        let version: String

        /// Asks the guest.
        ///
        /// - Throws: ``TestFailure`` where it did not boot an OSTree deployment.
        init(of guest: Guest) async throws {
            let text = try await guest.commands.run(
                #"""
                ostree admin status || exit
                . /etc/os-release; echo "release: ${OSTREE_VERSION:-$VERSION}"
                """#)
            try self.init(parsing: text)
        }

        /// Reads what `ostree admin status` says, `* SYSTEM CHECKSUM.NUMBER`, and the line `release: VERSION`.
        init(parsing text: String) throws {
            let lines = text.split(separator: "\n").map { $0.split(separator: " ").map(String.init) }
            guard let booted = lines.first(where: { $0.first == "*" && $0.count >= 3 }),
                let dot = booted[2].lastIndex(of: ".")
            else {
                throw TestFailure(
                    "the guest did not boot an OSTree deployment",
                    details: text.split(separator: "\n").map(String.init))
            }
            system = booted[1]
            commit = String(booted[2][..<dot])
            version = lines.first { $0.first == "release:" }?.dropFirst().joined(separator: " ") ?? ""
        }
    }

    private static let remoteFile = "/var/tmp/kola-update"
    /// A command's input is in the guest's memory for a moment.
    private static let chunk = 8 << 20

    /// Sends what the guest lacks over its command port: that needs no network, whichever the guest has.
    private static func send(
        _ target: UpgradeTarget, from old: Deployment, to guest: Guest, _ context: TestContext
    ) async throws {
        let scratch = guest.machine.files.temporary.appending("update")
        try FileContent.createDirectory(scratch)
        defer { try? FileContent.remove(scratch) }
        let file = scratch.appending("delta")
        let start = ContinuousClock.now
        try await target.writeUpdate(from: old.commit, to: file, scratch: scratch)
        let descriptor = try FileDescriptor.open(file, .readOnly)
        defer { try? descriptor.close() }
        var size = 0
        while true {
            let bytes = try await Blocking.run {
                var buffer = [UInt8](repeating: 0, count: chunk)
                let count = try buffer.withUnsafeMutableBytes { try descriptor.read(into: $0) }
                return Array(buffer[..<count])
            }
            if bytes.isEmpty { break }
            try await guest.commands.run("cat >>\(remoteFile)", input: bytes)
            size += bytes.count
        }
        context.log("sent \(size >> 10) KiB in \((ContinuousClock.now - start).hundredths)")
    }

    private static func expect(
        _ commit: String, _ version: String, booted guest: Guest, _ what: String
    ) async throws {
        let booted = try await Deployment(of: guest)
        guard booted.commit == commit else {
            throw TestFailure("after \(what) the guest booted \(booted.commit), not \(commit)")
        }
        guard booted.version == version else {
            throw TestFailure("after \(what) the guest's version is \"\(booted.version)\", not \"\(version)\"")
        }
    }

    /// ostree before 2023 cannot change the order of deployments: there the old commit is deployed once more.
    private static func rollback(to old: Deployment) -> String {
        """
        if command -v rpm-ostree >/dev/null; then rpm-ostree rollback
        elif ostree admin --help | grep -q set-default; then ostree admin set-default 1
        else ostree admin deploy --os=\(old.system.shellQuoted) --retain-rollback \(old.commit.shellQuoted)
        fi
        """
    }
}
