/// The version of the tools. It is an input of every build's digest: a change of what they make raises it.
enum ToolVersion {
    static let text = "0.2.0"
}
