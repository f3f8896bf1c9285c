import HostSystem
import SystemPackage
import TestSupport
import Testing
import VirtualMachine

@testable import TestRunner

@Suite struct HostDemandTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder(prefix: "demand") }

    @Test func testThatNeedsWhatIsNotThereFailsUnbooted() async throws {
        defer { folder.remove() }
        let tests = folder.path.appending("proj/tests/kola")
        try FileContent.createDirectory(tests)
        let script = """
            #!/bin/bash
            ## kola:
            ##   injectContainer: true
            ##   minMemory: 2048
            true

            """
        try AtomicFile.write(
            Array(script.utf8), to: tests.appending("test.sh"),
            mode: [.ownerReadWriteExecute, .groupReadExecute, .otherReadExecute])
        // No boot sector: a machine would hang and the test run into its limit.
        let disk = folder.path.appending("disk.img")
        try AtomicFile.write(Array(repeating: 0, count: 1 << 20), to: disk)

        var options = RunOptions(image: disk)
        options.outputDirectory = folder.path.appending("out")
        options.externalDirectories = [folder.path.appending("proj")]
        options.accelerator = AcceleratorChoice(accelerator: .tcg, reason: "a test's")
        let report = try #require(try await TestRun(options, native: []) { _ in }.run().report)

        let result = try #require(report.results.first)
        #expect(result.outcome == .fail)
        #expect(
            result.output
                == "ext.proj needs the OS as a container image (injectContainer), which comes with a build; "
                + "run it on one, without --qemu-image, or leave the test out with --denylist-test ext.proj")
        #expect(FileContent.names(in: folder.path.appending("out/ext.proj")).isEmpty)
    }

    private func demand(
        _ options: RunOptions = RunOptions(image: "/i.qcow2"), _ change: (inout TestMetadata) -> Void
    ) -> String? {
        var metadata = TestMetadata()
        change(&metadata)
        return options.unmetDemand(
            of: KolaTest(name: "ext.a", metadata: metadata, body: .native { _ in }))
    }

    @Test func folderOfTheHostMustBeThere() {
        defer { folder.remove() }
        #expect(demand { $0.bindMountHostRO = ["\(folder.path),/var/x"] } == nil)
        #expect(
            demand { $0.bindMountHostRO = ["/no/such,/var/x"] }
                == "ext.a shares /no/such with its guest (bindMountHostRO), which is no folder of this host; "
                + "make it, or leave the test out with --denylist-test ext.a")
    }

    @Test func portThatAnotherProgramHasIsNamedWithTheTest() {
        defer { folder.remove() }
        let test = KolaTest(name: "ext.a", body: .native { _ in })
        let error = test.explained(MachineError(kind: .hostPort(80), reason: "127.0.0.1:80 cannot be forwarded"))
        #expect(
            "\(error)" == "ext.a needs port 80 of this host (requiredHostPorts): 127.0.0.1:80 cannot be forwarded; "
                + "free it, or leave the test out with --denylist-test ext.a")
        #expect("\(test.explained(MachineError(kind: .ssh, reason: "broke")))" == "broke")
    }

    @Test func imagesOfTheBuildMustBeThere() {
        defer { folder.remove() }
        var options = RunOptions(image: "/i.qcow2")
        let way = "leave the test out with --denylist-test ext.a"
        #expect(
            demand(options) { $0.bootFrom = "iso" }
                == "ext.a boots a live ISO (bootFrom), and the build has none; name one with --qemu-iso, or \(way)")
        #expect(demand(options) { $0.injectContainer = true }?.contains("(injectContainer)") == true)
        options.iso = "/a.iso"
        options.containerArchive = "/a.ociarchive"
        #expect(demand(options) { ($0.bootFrom, $0.injectContainer) = ("iso-as-disk", true) } == nil)
        #expect(demand(options) { ($0.bootFrom, $0.appendKernelArgs) = ("iso", "quiet") } == nil)
        #expect(
            demand(options) { ($0.bootFrom, $0.appendFirstbootKernelArgs) = ("iso", "quiet") }
                == "ext.a boots a live ISO and asks for kernel arguments of the first boot (appendFirstbootKernelArgs), and "
                + "each of its boots is the first; use appendKernelArgs, or \(way)")
    }
}
