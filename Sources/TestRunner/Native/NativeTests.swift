/// The tests that are part of kola.
public enum NativeTests {
    /// All of them, by name.
    public static var all: [KolaTest] {
        [
            BasicTest.test(name: "basic"),
            BasicTest.test(name: "basic.nvme") { $0.primaryDisk = ":channel=nvme" },
            BasicTest.test(name: "basic.uefi", firmware: .uefi),
            // Only an OS that is signed boots there.
            BasicTest.test(name: "basic.uefi-secure", firmware: .uefiSecure) {
                $0.tags = [SpecialTag.secureBoot]
                $0.requiredTag = SpecialTag.secureBoot
            },
            NetworkTest.test,
        ] + LiveTests.all
    }
}
