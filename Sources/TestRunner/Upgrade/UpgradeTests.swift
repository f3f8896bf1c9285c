/// The tests of `kola run-upgrade`. Their machines boot an old image.
public enum UpgradeTests {
    /// All of them, by name.
    ///
    /// - Parameter target: what the guests are upgraded to.
    public static func all(to target: UpgradeTarget) -> [KolaTest] { [UpgradeBasicTest.test(target)] }
}
