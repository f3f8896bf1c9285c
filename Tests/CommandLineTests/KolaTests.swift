import Foundation
import HostSystem
import SystemPackage
import TestSupport
import Testing

@Suite("kola's command line", .timeLimit(.minutes(5)))
struct KolaTests {
    @Test("wrong usage ends with status 64 and its cause")
    func usage() async throws {
        let output = try await Tool().kola("list", "--jsn")
        #expect(output.status == 64)
        #expect(output.lastErrorLine == "error: Unknown option '--jsn'. Did you mean '--json'?")
    }

    @Test("check-console ends with status 1 where one of the logs has a sign of failure")
    func checkConsole() async throws {
        let tool = try Tool()
        try tool.temporary.write("fine\n", to: "work/clean")
        try tool.temporary.write("fine\nKernel panic - not syncing: x\n", to: "work/bad")
        #expect(try await tool.kola("check-console", "clean").status == 0)
        let output = try await tool.kola("check-console", "clean", "bad")
        #expect(output.status == 1)
        #expect(output.text == "bad: kernel panic (the kernel stopped), line 2: Kernel panic - not syncing: x")
    }

    /// A working directory whose configuration has a test that fails before it needs a machine.
    private func toolWithTest() async throws -> Tool {
        let tool = try Tool()
        try tool.temporary.write("#!/bin/sh\n", to: "config/tests/kola/a/test.sh", mode: 0o755)
        try tool.temporary.write("variant: fcos\n", to: "config/tests/kola/a/config.bu")
        try tool.temporary.write("", to: "work/disk.qcow2")
        #expect(try await tool.cosa("init", "--force", tool.temporary.appending("config").string).status == 0)
        return tool
    }

    @Test("the tests of the working directory's configuration are found")
    func list() async throws {
        let output = try await toolWithTest().kola("list")
        let names = output.text.split(separator: "\n")
        #expect(names.contains("basic") && names.contains("basic.uefi-secure"))
        #expect(names.filter { $0.hasPrefix("ext.") } == ["ext.config.a"])
    }

    @Test("a test that fails is status 1; one that is known to fail is no failure, or 77 where that is asked for")
    func failure() async throws {
        let tool = try await toolWithTest()
        let run = ["run", "--qemu-image", "disk.qcow2", "ext.config.a"]
        let failed = try await tool.kola(run)
        #expect(failed.status == 1)
        #expect(failed.text.contains("--- FAIL: ext.config.a"))
        #expect(failed.text.contains("config.bu:1:1: version: missing; write version: 1.6.0"))
        try tool.temporary.write("- pattern: ext.*\n  warn: true\n", to: "config/kola-denylist.yaml")
        let warned = try await tool.kola(run)
        #expect(warned.status == 0)
        #expect(warned.text.contains("--- WARN: ext.config.a"))
        #expect(try await tool.kola(run + ["--on-warn-failure-exit-77"]).status == 77)
    }

    @Test("a run that is interrupted ends its machine, writes its report and has the status of that signal")
    func interruption() async throws {
        let tool = try await toolWithTest()
        let run = try runningTest(of: tool)
        kill(run.identifier, SIGINT)
        #expect(run.wait() >> 8 == 130)
        let report = try FileContent.read(tool.work.appending("out/reports/report.json"))
        #expect(String(decoding: report, as: UTF8.self).contains("interrupted"))
    }

    @Test("a run that is killed leaves no machine and no file behind")
    func killedRun() async throws {
        let tool = try await toolWithTest()
        let scratch = tool.temporary.appending("scratch")
        try FileContent.createDirectory(scratch)
        let run = try runningTest(of: tool, temporary: scratch, options: ["--qemu-bind-ro", "\(scratch),/var/mnt/x"])
        // QEMU, its TPM, and what serves the folder.
        while try machines(in: scratch).count < 3 { try await Task.sleep(for: .milliseconds(5)) }
        kill(run.identifier, SIGKILL)
        run.wait()
        // Nobody tells when they are gone; the test's limit ends the wait.
        while try !machines(in: scratch).isEmpty { try await Task.sleep(for: .milliseconds(5)) }
        while !FileContent.names(in: scratch).isEmpty { try await Task.sleep(for: .milliseconds(5)) }
    }

    /// A run of `basic` on a guest that does nothing, once it has begun.
    private func runningTest(of tool: Tool, temporary: FilePath = "/var/tmp", options: [String] = []) throws
        -> BackgroundTool
    {
        try BootSector.write("booting\r\n", to: tool.work.appending("disk.img"))
        let run = try BackgroundTool(
            [
                "env", "-C", tool.work.string, "COSA_NO_KVM=1", "TMPDIR=\(temporary)", Tool.path("kola"), "run",
                "--qemu-image", "disk.img", "--output-dir", "out", "basic",
            ] + options)
        var said: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 4096)
        while !String(decoding: said, as: UTF8.self).contains("=== RUN   basic") {
            let count = try chunk.withUnsafeMutableBytes { try run.output.read(into: $0) }
            try #require(count > 0)
            said += chunk[..<count]
        }
        return run
    }

    /// The processes of machines whose files are in `folder`.
    private func machines(in folder: FilePath) throws -> [Int32] {
        FileContent.names(in: "/proc").compactMap { Int32($0) }.filter { number in
            guard let line = try? FileContent.read(FilePath("/proc/\(number)/cmdline")) else { return false }
            let text = String(decoding: line, as: UTF8.self)
            let place = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/\(number)/cwd")
            return ["/usr/bin/qemu-system", "/usr/lib/qemu/virtiofsd"].contains { text.hasPrefix($0) }
                && text.contains(folder.string)
                || place?.hasPrefix(folder.string) == true
        }
    }
}
