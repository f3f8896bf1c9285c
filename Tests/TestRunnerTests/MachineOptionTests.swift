import Foundation
import HostSystem
import SystemPackage
import Testing
import VirtualMachine

@testable import TestRunner

/// The machine that a test's header asks for, as the guest sees it.
@Suite(.serialized, .timeLimit(.minutes(20))) struct MachineOptionTests {
    private static let image = ProcessInfo.processInfo.environment["COSA_TEST_IMAGE"].map { FilePath($0) }

    private static let script = #"""
        #!/bin/bash
        ## kola:
        ##   additionalDisks: ["1G:4k,serial=large", "2G:channel=nvme,serial=fast", "3G:channel=scsi"]
        ##   minDisk: 6
        ##   additionalNics: 1
        ##   numaNodes: true
        ##   minMemory: 1536
        ##   appendKernelArgs: kola.every=1
        ##   appendFirstbootKernelArgs: kola.first=1
        set -euo pipefail
        fail() { echo "$*" >&2; exit 1; }
        is() { [ "$2" = "$3" ] || fail "$1 is $2, not $3"; }
        large=$(readlink -f /dev/disk/by-id/virtio-large)
        is "the sector size" "$(cat "/sys/block/${large##*/}/queue/logical_block_size")" 4096
        fast=$(ls -d /sys/block/nvme*)
        is "the NVMe disk's size" "$(cat "$fast/size")" $((2 << 21))
        is "the SCSI disk's size" "$(cat /sys/block/sda/size)" $((3 << 21))
        is "the root disk's size" "$(cat "/sys/block/$(basename "$(readlink -f /dev/disk/by-id/virtio-primary-disk)")/size")" $((6 << 21))
        cards=(/sys/class/net/e*)
        is "the number of network cards" "${#cards[@]}" 2
        nodes=(/sys/devices/system/node/node[0-9]*)
        is "the number of NUMA nodes" "${#nodes[@]}" 2
        grep -qw kola.every=1 /proc/cmdline || fail "kola.every is not in $(cat /proc/cmdline)"
        case ${AUTOPKGTEST_REBOOT_MARK:-} in
        '')
            grep -qw kola.first=1 /proc/cmdline || fail "kola.first is not in $(cat /proc/cmdline)"
            /tmp/autopkgtest-reboot second
            ;;
        second) ! grep -qw kola.first=1 /proc/cmdline || fail "kola.first is in the second boot too" ;;
        esac

        """#

    private static let common = #"""
        set -euo pipefail
        fail() { echo "$*" >&2; exit 1; }
        is() { [ "$2" = "$3" ] || fail "$1 is $2, not $3"; }

        """#

    /// The folder and the port are put in by the test.
    private static let surroundings = #"""
        #!/bin/bash
        ## kola:
        ##   bindMountHostRO: ["HOST,/var/mnt/from-host"]
        ##   requiredHostPorts: [PORT]

        """# + common + #"""
            is "the host's file" "$(cat /var/mnt/from-host/file)" "from the host"
            ! touch /var/mnt/from-host/new 2>/dev/null || fail "the host's folder can be written to"
            cd /run/systemd/system
            printf '[Socket]\nListenStream=PORT\nAccept=yes\n' >hello.socket
            printf '[Service]\nStandardOutput=socket\nExecStart=/bin/echo hello\nExecStopPost=/bin/touch /run/greeted\n' >hello@.service
            systemctl daemon-reload
            systemctl start hello.socket
            until [ -e /run/greeted ]; do sleep 0.2; done

            """#

    /// Two tests with this share a boot. The TPM is told to extend a register (TPM 2.0 library, part 3, TPM2_PCR_Extend) that
    /// is still empty in each fork.
    private static let forked = #"""
        #!/bin/bash
        ## kola:
        ##   injectContainer: true

        """# + common + #"""
            archive=$KOLA_EXT_OSTREE_OCIARCHIVE
            is "the archive's size" "$(cat "/sys/block/$(basename "$(readlink -f "$archive")")/size")" $((2 << 21))
            read_end() { dd if="$archive" bs=512 skip=$(((2 << 21) - 1)) status=none | tr -d '\0'; }
            is "the archive's end" "$(read_end)" "the end"
            ! echo x 2>/dev/null >"$archive" || fail "the archive can be written to"
            setpriv --reuid=nobody --regid=nogroup --clear-groups head -c 1 "$archive" >/dev/null || fail "only root reads the archive"
            register() { cat /sys/class/tpm/tpm0/pcr-sha256/16; }
            is "the register" "$(register)" "$(printf '0%.0s' {1..64})"
            exec 3<>/dev/tpm0
            printf '\x80\x02\0\0\0\x41\0\0\x01\x82\0\0\0\x10\0\0\0\x09\x40\0\0\x09\0\0\0\0\0\0\0\0\x01\0\x0b%b' \
                "$(printf '\\xaa%.0s' {1..32})" >&3
            is "the answer" "$(head -c 10 <&3 | od -An -t x1 | tr -d ' \n' | tail -c 8)" 00000000
            exec 3>&-
            is "the register" "$(register)" 9EF814B42FA0BE12D197C44D3E8E03441A4B1118237658368BA1351090E556ED

            """#

    /// The results of tests with these scripts, by name.
    private func run(
        _ scripts: [String: String], in folder: FilePath, _ change: (inout RunOptions) -> Void = { _ in }
    ) async throws -> RunReport {
        for (name, script) in scripts {
            let tests = folder.appending("proj/tests/kola/\(name)")
            try FileContent.createDirectory(tests)
            try AtomicFile.write(
                Array(script.utf8), to: tests.appending("test.sh"),
                mode: [.ownerReadWriteExecute, .groupReadExecute, .otherReadExecute])
        }
        var options = RunOptions(image: try #require(Self.image))
        options.outputDirectory = folder.appending("out")
        options.externalDirectories = [folder.appending("proj")]
        options.extendTimeoutPercentage = 100
        options.hasTPM = true
        change(&options)
        return try #require(try await TestRun(options, native: []) { _ in }.run().report)
    }

    @Test(.enabled(if: image != nil, "COSA_TEST_IMAGE names no disk image to boot"))
    func guestSeesWhatTheHeaderAsksFor() async throws {
        let folder = try TemporaryFolder(prefix: "options")
        defer { folder.remove() }
        let report = try await run(["one": Self.script], in: folder.path)
        #expect(report.outcome == .pass, "\(report.results.map(\.output))")
    }

    @Test(.enabled(if: image != nil, "COSA_TEST_IMAGE names no disk image to boot"))
    func guestReachesAFolderOfTheHostAndIsReachedOnAPort() async throws {
        let folder = try TemporaryFolder(prefix: "options")
        defer { folder.remove() }
        let shared = folder.path.appending("shared")
        try FileContent.createDirectory(shared)
        try AtomicFile.write(Array("from the host\n".utf8), to: shared.appending("file"))
        let port = try #require((20000...30000).first { HostPort.refusal(of: $0) == nil })
        let script = Self.surroundings.replacingOccurrences(of: "HOST", with: shared.string)
            .replacingOccurrences(of: "PORT", with: "\(port)")
        // Until the guest listens, whoever connects is sent away.
        async let greeting = Command(
            "timeout",
            [
                "1200", "bash", "-c",
                "until { exec 3<>/dev/tcp/127.0.0.1/\(port) && read -r line <&3; } 2>/dev/null; do sleep 0.2; done; echo $line",
            ]
        ).run().text
        let report = try await run(["one": script], in: folder.path)
        #expect(report.outcome == .pass, "\(report.results.map(\.output))")
        #expect(try await greeting == "hello")
    }

    @Test(.enabled(if: image != nil, "COSA_TEST_IMAGE names no disk image to boot"))
    func forksHaveAnImageInCommonAndATrustedModuleEach() async throws {
        let folder = try TemporaryFolder(prefix: "options")
        defer { folder.remove() }
        // 2 GiB, of which nothing but the end takes room.
        let archive = folder.path.appending("os.ociarchive")
        try AtomicFile.write([], to: archive)
        #expect(truncate(archive.string, (2 << 30) - 512) == 0)
        let file = try FileDescriptor.open(archive, .writeOnly, options: .append)
        try file.closeAfter { _ = try file.writeAll(Array("the end".utf8) + Array(repeating: 0, count: 505)) }
        let report = try await run(["one": Self.forked, "two": Self.forked], in: folder.path) {
            $0.containerArchive = archive
        }
        #expect(report.outcome == .pass, "\(report.results.map(\.output))")
        #expect(report.results.filter { $0.output.contains("forked in ") }.count == 2)
    }
}
