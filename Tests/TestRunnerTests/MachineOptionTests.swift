import Foundation
import HostSystem
import SystemPackage
import Testing
import VirtualMachine

@testable import TestRunner

/// The machine that a test's header asks for, as the guest sees it.
@Suite(.timeLimit(.minutes(20))) struct MachineOptionTests {
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

    @Test(.enabled(if: image != nil, "COSA_TEST_IMAGE names no disk image to boot"))
    func guestSeesWhatTheHeaderAsksFor() async throws {
        let folder = try TemporaryFolder(prefix: "options")
        defer { folder.remove() }
        let tests = folder.path.appending("proj/tests/kola")
        try FileContent.createDirectory(tests)
        try AtomicFile.write(
            Array(Self.script.utf8), to: tests.appending("test.sh"),
            mode: [.ownerReadWriteExecute, .groupReadExecute, .otherReadExecute])
        var options = RunOptions(image: try #require(Self.image))
        options.outputDirectory = folder.path.appending("out")
        options.externalDirectories = [folder.path.appending("proj")]
        options.extendTimeoutPercentage = 100
        let report = try #require(try await TestRun(options, native: []) { _ in }.run().report)
        #expect(report.outcome == .pass, "\(report.results.map(\.output))")
    }
}
