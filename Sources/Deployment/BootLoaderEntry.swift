/// A boot loader entry file (https://uapi-group.org/specifications/specs/boot_loader_specification/, type 1).
///
/// Lines that are not understood stay as they are.
public struct BootLoaderEntry: Sendable, Equatable {
    private var lines: [String]

    /// Reads an entry.
    public init(parsing text: String) {
        lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    }

    /// The file's text.
    public var text: String { lines.joined(separator: "\n") }

    /// The value of the first line with this key, such as `title` or `linux`.
    public subscript(key: String) -> String? {
        lines.lazy.compactMap { Self.value(of: key, in: $0) }.first
    }

    /// The `options` line; an entry without one gets it at the end.
    public var kernelArguments: KernelArguments {
        get { KernelArguments(parsing: self["options"] ?? "") }
        set {
            let line = "options \(newValue)"
            if let index = lines.firstIndex(where: { Self.value(of: "options", in: $0) != nil }) {
                lines[index] = line
            } else {
                lines.insert(line, at: lines.last == "" ? lines.count - 1 : lines.count)
            }
        }
    }

    private static func value(of key: String, in line: String) -> String? {
        guard line.hasPrefix(key), let next = line.dropFirst(key.count).first, next.isWhitespace else { return nil }
        return String(line.dropFirst(key.count).drop(while: \.isWhitespace))
    }
}
