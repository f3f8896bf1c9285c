import Foundation
import HostSystem
import SystemPackage
import TestSupport
import Testing

@Suite("Sandbox")
struct SandboxTests {
    private static let mounts: [Sandbox.Mount] = [
        .readOnlyBind(source: "/usr", destination: "/usr"), .symlink(target: "usr/bin", path: "/bin"),
        .symlink(target: "usr/lib", path: "/lib"), .symlink(target: "usr/lib64", path: "/lib64"), .proc("/proc"),
        .dev("/dev"), .temporary("/tmp"),
    ]

    private func run(_ script: String, _ extra: [Sandbox.Mount] = []) async throws -> Command.Output {
        let sandbox = Sandbox(
            mounts: Self.mounts + extra, environment: ["PATH": "/usr/bin"], capabilities: ["CAP_CHOWN"],
            hostName: "build")
        return try await sandbox.command(["sh", "-c", script]).capture()
    }

    @Test("A program sees only what it was given")
    func isolation() async throws {
        let output = try await run(
            "uname -n; ls /; echo ${HOME-none}; ls /proc | grep -c '^[0-9]*$'; cat /proc/net/dev")
        let lines = output.text.split(separator: "\n").map(String.init)
        #expect(lines.first == "build")
        #expect(Array(lines[1...7]) == ["bin", "dev", "lib", "lib64", "proc", "tmp", "usr"])
        #expect(lines[8] == "none")
        #expect(Int(lines[9]).map { $0 < 8 } == true)
        #expect(!output.text.contains("eth0"))
    }

    @Test("What is bound read-only stays as it is, what is bound otherwise changes")
    func binds() async throws {
        let directory = try TemporaryDirectory()
        try directory.write("old", to: "file")
        let bind = Sandbox.Mount.bind(source: directory.path, destination: "/data")
        let output = try await run("echo new >/data/file; touch /usr/x 2>/dev/null || echo refused", [bind])
        #expect(output.text == "refused")
        #expect(try String(contentsOfFile: directory.appending("file").string, encoding: .utf8) == "new\n")
    }

    @Test("The exit status is the program's, and capabilities are those given")
    func statusAndCapabilities() async throws {
        #expect(try await run("exit 7").status == 7)
        let output = try await run("grep CapEff /proc/self/status")
        #expect(output.text == (getuid() == 0 ? "CapEff:\t0000000000000001" : "CapEff:\t0000000000000000"))
    }
}
