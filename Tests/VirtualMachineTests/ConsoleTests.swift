import Foundation
import HostSystem
import Synchronization
import SystemPackage
import Testing

@testable import VirtualMachine

@Suite struct ConsoleTests {
    @Test(arguments: [
        ("emergency shell", "Press Enter for emergency shell or wait 5 minutes 0 seconds for reboot."),
        ("emergency shell", "You are in emergency mode. After logging in, type \"journalctl -xb\""),
        ("dracut fatal error", "dracut: Refusing to continue"),
        ("kernel panic", "[    3.1] Kernel panic - not syncing: Attempted to kill init!"),
        ("kernel oops", "[    3.1] Oops: 0002 [#1] SMP"),
        ("kernel warning", "[    3.1] WARNING: CPU: 0 PID: 1 at mm/slab.c:1 f+0x1/0x2"),
        ("disk failure", "sd 0:0:0:0: rejecting I/O to offline device"),
        (
            "ext4 delayed allocation failure",
            "EXT4-fs (vda4): Delayed block allocation failed for inode 5 at logical offset 1 with max blocks 2 with error 28"
        ),
        ("GRUB memory corruption", "alloc magic is broken at 0x1"),
        ("Ignition fetch cancelled", "ignition[513]: failed to fetch config: context canceled"),
        (
            "initrd-cleanup terminated",
            "systemd[1]: initrd-cleanup.service: Main process exited, code=killed, status=15/TERM"
        ),
        ("Go panic", "foo[512]: panic: runtime error"),
        ("segfault", "systemd[1]: a.service: Main process exited, code=killed, status=11/SEGV"),
        ("core dump", "systemd[1]: a.service: Failed with result 'core dump'."),
        ("systemd ordering cycle", "systemd[1]: sysinit.target: Ordering cycle found, skipping a.service"),
        ("OOM killer", "[   30.1] stress invoked oom-killer: gfp_mask=0x140cca"),
        (
            "systemd generator failure",
            "systemd[1]: /usr/lib/systemd/system-generators/a failed with exit status 1."
        ),
    ])
    func patternIsFound(name: String, line: String) {
        let findings = ConsolePattern.findings(in: "before\n\(line)\nafter\n")
        #expect(findings.map(\.name) == [name])
        #expect(findings.map(\.line) == [2])
        #expect(findings.map(\.text) == [line])
    }

    @Test func repeatedBondingMessagesAreFoundOverLines() {
        let line = "bond0: link status up for interface eth0, enabling it in 100 ms\n"
        #expect(ConsolePattern.findings(in: String(repeating: line, count: 9)).isEmpty)
        #expect(
            ConsolePattern.findings(in: String(repeating: line, count: 10)).map(\.name) == [
                "excessive bonding messages"
            ])
    }

    @Test func everyPatternIsAnExpressionWithAReason() throws {
        #expect(ConsolePattern.all.count == 18)
        for pattern in ConsolePattern.all + [.ignitionFailure] {
            #expect(throws: Never.self) { try NSRegularExpression(pattern: pattern.expression) }
            #expect(!pattern.reason.isEmpty)
        }
    }

    @Test func colouredTextIsReadAsText() {
        #expect(
            ConsoleText.withoutEscapes("[\u{1b}[0;32m  OK  \u{1b}[0m] a\r\n\u{1b}]0;title\u{7}b\u{1b}(Bc")
                == "[  OK  ] a\nbc")
    }

    @Test func aPromptWithoutALineEndIsSeenAtOnce() throws {
        let folder = try TemporaryFolder(prefix: "console")
        defer { folder.remove() }
        let errors = Mutex<[MachineError]>([])
        let monitor = ConsoleMonitor(
            log: try LogFile(folder.path.appending("console.txt")), patterns: ConsolePattern.all
        ) { error in errors.withLock { $0.append(error) } }
        monitor.receive(
            Array("[ 1.0] systemd[1]: fine\r\nignition[1]: CRITICAL: no such disk\nPress Enter for emer".utf8))
        #expect(errors.withLock { $0.isEmpty })
        monitor.receive(Array("gency shell".utf8))
        let error = try #require(errors.withLock { $0.first })
        #expect(error.kind == .console(pattern: "emergency shell"))
        #expect(
            error.reason.hasSuffix(
                "Press Enter for emergency shell; Ignition said: ignition[1]: CRITICAL: no such disk"))
        #expect(error.consoleTail.first == "[ 1.0] systemd[1]: fine")
        #expect(error.consoleTail.last == "Press Enter for emergency shell")
    }

    @Test func ofALineThatIsNoPromptTheEndIsWaitedFor() throws {
        let folder = try TemporaryFolder(prefix: "console")
        defer { folder.remove() }
        let reasons = Mutex<[String]>([])
        let monitor = ConsoleMonitor(
            log: try LogFile(folder.path.appending("console.txt")), patterns: ConsolePattern.all
        ) { error in reasons.withLock { $0.append(error.reason) } }
        monitor.receive(Array("Kernel panic - not syncing: ".utf8))
        #expect(reasons.withLock { $0 } == [])
        monitor.receive(Array("no init\r\n".utf8))
        #expect(reasons.withLock { $0.first }?.hasSuffix("Kernel panic - not syncing: no init") == true)
    }
}
