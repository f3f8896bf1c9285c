/// The `syslinux.cfg` that libostree keeps beside the boot loader entries and that GRUB's `syslinux_source` reads.
public struct SyslinuxConfiguration: Sendable, Equatable {
    /// The file's text.
    public private(set) var text: String

    /// Reads a configuration.
    public init(parsing text: String) { self.text = text }

    /// Changes the arguments of every kernel.
    public mutating func editKernelArguments(
        _ edit: (inout KernelArguments) throws -> Void
    ) rethrows {
        let lines = try text.split(separator: "\n", omittingEmptySubsequences: false).map { line in
            let content = line.drop(while: \.isWhitespace)
            guard content.hasPrefix("APPEND ") else { return String(line) }
            var arguments = KernelArguments(parsing: content.dropFirst("APPEND ".count))
            try edit(&arguments)
            return line.prefix(line.count - content.count) + "APPEND \(arguments)"
        }
        text = lines.joined(separator: "\n")
    }
}
