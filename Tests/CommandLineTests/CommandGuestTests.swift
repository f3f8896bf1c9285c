import Foundation
import HostSystem
import Synchronization
import SystemPackage
import TestRunner
import TestSupport
import Testing

/// Commands that need a guest. There are two boots here.
@Suite("kola's commands with a guest", .serialized, .timeLimit(.minutes(15)))
struct CommandGuestTests {
    private static let image = ProcessInfo.processInfo.environment["COSA_TEST_IMAGE"]
    private static let needsImage = Comment(rawValue: "COSA_TEST_IMAGE names no disk image to boot")

    /// What must hold in the first of two machines.
    private static let script = """
        set -e
        grep -qx 'from the user' /etc/who
        test "$(cat /etc/appended)" = "$(printf 'butane\\nignition')"
        test "$(uname -n)" = qemu0
        grep -q kola-spawn-key /home/core/.ssh/authorized_keys.d/ignition
        curl --silent --max-time 20 http://10.0.2.2:9/ || test $? = 7
        echo all is well
        exit 6
        """

    @Test("two machines of one boot have every config and names of their own", .enabled(if: image != nil, needsImage))
    func spawn() async throws {
        let tool = try Tool()
        try tool.temporary.write(
            "variant: fcos\nversion: 1.4.0\nstorage: {files: [{path: /etc/who, mode: 0644, contents: {inline: \"from the user\\n\"}}]}\n",
            to: "work/user.bu")
        try tool.temporary.write(
            "variant: fcos\nversion: 1.5.0\nstorage: {files: [{path: /etc/appended, mode: 0644, contents: {local: part}}]}\n",
            to: "work/a.bu")
        try tool.temporary.write("butane\n", to: "work/part")
        try tool.temporary.write(
            #"{"ignition":{"version":"3.0.0"},"storage":{"files":[{"path":"/etc/appended","append":[{"source":"data:,ignition%0A"}]}]},"odd":1}"#,
            to: "work/b.ign")
        try tool.temporary.write(
            "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIDQxMjM0NTY3ODkwMTIzNDU2Nzg5MDEyMzQ1Njc4OTAx kola-spawn-key\n",
            to: "work/key.pub")
        let output = try await tool.kola([
            "spawn", "-c", "2", "-u", "user.bu", "--append-butane", "a.bu", "--append-ignition", "b.ign", "--key",
            "key.pub", "--qemu-image", try #require(Self.image), "--json-info-fd", "1", "-x", Self.script,
        ])
        #expect(output.status == 6, "\(output.standardError)")
        let lines = output.text.split(separator: "\n").map(String.init)
        #expect(lines.last == "all is well")
        #expect(lines.count { $0.hasPrefix("ssh -F ") } == 2)
        #expect(lines.count { $0.contains(#""public_ip":"127.0.0.1:"#) } == 2)
        #expect(
            output.standardError.contains("warning: b.ign:1:122: odd: an unknown key, which Ignition ignores"))
    }

    @Test(
        "one boot: a chart of it, and a shell in the machine of a test that failed",
        .enabled(if: image != nil, needsImage))
    func chartAndShell() async throws {
        let folder = try TemporaryFolder(prefix: "commands")
        defer { folder.remove() }
        var options = RunOptions(image: FilePath(try #require(Self.image)))
        options.outputDirectory = folder.path.appending("out")
        options.extendTimeoutPercentage = 100
        let said = Mutex("")
        options.onFailure = { machine in
            let command = Command(
                "ssh", ["-F", machine.configuration.string, machine.host, "--", "cat /etc/kola-sign"])
            // A copy's sshd starts anew with its own keys, and resets a connection that comes just then.
            var output = try? await command.capture()
            for _ in 0..<20 where output?.status == 255 { output = try? await command.capture() }
            said.withLock { $0 = "\(machine.test): \(output?.text ?? "")" }
        }
        let chart = KolaTest(
            name: "chart",
            body: .native { context in
                let svg = try await Bootchart.svg(of: context.guest)
                guard svg.hasPrefix("<?xml"), svg.contains("</svg>"), svg.contains("multi-user.target") else {
                    throw TestFailure("no chart: \(svg.prefix(200))")
                }
            })
        let failing = KolaTest(
            name: "failing",
            body: .native { context in
                try await context.guest.commands.run("echo here >/etc/kola-sign")
                throw TestFailure("this test fails")
            })
        let report = try #require(try await TestRun(options, native: [chart, failing]) { _ in }.run().report)
        #expect(
            report.results.map(\.outcome).sorted { $0.rawValue < $1.rawValue } == [.fail, .pass], "\(report.results)")
        #expect(said.withLock { $0 } == "failing: here")
    }

    private static let workdir = ProcessInfo.processInfo.environment["COSA_TEST_WORKDIR"]

    /// Its working directory is ci/full.d/upgrade's.
    @Test(
        "an old image is upgraded to the latest build and goes back",
        .enabled(if: workdir != nil, "COSA_TEST_WORKDIR names no working directory with two builds"))
    func upgrade() async throws {
        let tool = try Tool()
        let output = try await tool.kola([
            "run-upgrade", "--workdir", try #require(Self.workdir), "--output-dir", "out", "-v",
            "--extend-timeout-percentage", "100",
        ])
        #expect(output.status == 0, "\(output.text)\(output.standardError)")
        #expect(output.text.contains("--- PASS: upgrade.basic ("))
        #expect(output.text.contains("        rolled back to "))
    }

    /// The two tests without disks share the boot of a machine that was moved; the third boots one of its own.
    @Test(
        "machines are moved to the OS in a container image before their tests",
        .enabled(if: workdir != nil, "COSA_TEST_WORKDIR names no working directory with two builds"))
    func rebase() async throws {
        let tool = try Tool()
        let workdir = FilePath(try #require(Self.workdir))
        let latest = workdir.appending("builds/latest/x86_64")
        let archive = try #require(FileContent.names(in: latest).first { $0.hasSuffix(".ociarchive") })
        for (name, header) in [("one", ""), ("two", ""), ("disk", "##   additionalDisks: [1G]\n")] {
            try tool.temporary.write(
                """
                #!/bin/bash
                ## kola:
                ##   timeoutMin: 20
                \(header)set -euo pipefail
                test "$(cat /usr/share/upgrade/file)" = "the second build"

                """, to: "work/tests/kola/\(name)/test.sh", mode: 0o755)
        }
        let output = try await tool.kola([
            "run", "--workdir", workdir.string, "--build=-1", "--oscontainer", latest.appending(archive).string, "-E",
            tool.work.string, "--output-dir", "out", "ext.*",
        ])
        #expect(output.status == 0, "\(output.text)\(output.standardError)")
        for name in ["one", "two", "disk"] { #expect(output.text.contains("--- PASS: ext.work.\(name) (")) }
    }
}
