import Testing

@testable import kola

@Suite("kola's options")
struct KolaOptionsTests {
    @Test(
        "sizes of disks are in the units of qemu-img",
        arguments: [("16G", 16 << 30), ("20480m", 20480 << 20), ("1T", 1 << 40), ("512", 512)])
    func diskSize(text: String, bytes: Int64) throws {
        #expect(try ImageOptions.parse(["--qemu-size", text]).diskSize() == bytes)
    }

    @Test("what is no size is refused", arguments: ["", "G", "0G", "16X", "1.5G"])
    func wrongDiskSize(text: String) throws {
        let options = try ImageOptions.parse(["--qemu-size", text])
        #expect(throws: (any Error).self) { try options.diskSize() }
    }

    @Test("the distribution is the one that is asked for, else the build's, else Fedora CoreOS")
    func distro() throws {
        #expect(try SelectionOptions.parse(["-b", "rhcos"]).selection(buildDistro: "demo").distro == "rhcos")
        #expect(try SelectionOptions.parse([]).selection(buildDistro: "demo").distro == "demo")
        #expect(try SelectionOptions.parse([]).selection(buildDistro: nil).distro == "fcos")
    }
}
