import TestSupport
import Testing

@testable import DiskImage

@Suite struct SecureExecutionTests {
    private func missing(on architecture: String, machineImage: String? = nil, hostKey: String? = nil) throws -> String
    {
        let platform = try Platform.named("qemu-secex", basearch: "s390x")
        let inputs = try SecureExecution(
            hostArchitecture: architecture, machineImage: machineImage, hostKey: hostKey)
        return try #require(platform.requirement(inputs))
    }

    @Test func whatIsMissingDependsOnTheMachineAndItsFiles() throws {
        let rest =
            ", and dm-verity partitions with a boot image encrypted for that host, which only coreos-assembler makes: run "
            + "its `cosa buildextend-secex` there"
        #expect(
            try missing(on: "x86_64")
                == "an IBM Z machine with Secure Execution (this one is x86_64), a virtual machine with genprotimg "
                + "(--genprotimgvm; there is no /data.secex/genprotimgvm.qcow2) or the host's key document (--hostkey; "
                + "there is no /srv/secex-hostkey)" + rest)
        let directory = try TemporaryDirectory()
        let file = try directory.write("", to: "file").string
        for (image, key) in [(file, nil), (nil, file)] {
            #expect(
                try missing(on: "s390x", machineImage: image, hostKey: key)
                    == "an IBM Z machine with Secure Execution" + rest)
        }
    }

    @Test func aFileThatIsNamedHasToBeThere() throws {
        for (option, image, key) in [("--genprotimgvm", "/no/vm", nil), ("--hostkey", nil, "/no/vm")] {
            let error = #expect(throws: DiskImageError.self) {
                try SecureExecution(hostArchitecture: "s390x", machineImage: image, hostKey: key)
            }
            #expect(error?.description == "cannot use for \(option) /no/vm: there is no such file")
        }
    }

    @Test func otherPlatformsNeedNothingOfIt() throws {
        let inputs = try SecureExecution(hostArchitecture: "x86_64")
        #expect(try Platform.named("qemu", basearch: "s390x").requirement(inputs) == nil)
        let bluefield = try Platform.named("nvidiabluefield", basearch: "aarch64")
        #expect(bluefield.requirement(inputs) == bluefield.requirement)
    }
}
