/// The tests that are part of kola.
public enum NativeTests {
    /// All of them, by name.
    public static var all: [KolaTest] {
        [
            BasicTest.test(name: "basic", firmware: nil),
            BasicTest.test(name: "basic.uefi", firmware: .uefi),
            NetworkTest.test,
        ]
    }
}
