/// The version of `cosa` and `kola`. It is an input of every build's digest: a change of what they make raises it.
public enum ToolVersion {
    /// Major, minor and patch.
    public static let text = "0.2.0"
}
