/// An ordered list of kernel arguments, edited the way `ostree admin` and boot loader entries do.
///
/// An argument is a key, or `key=value`; a key may come more than once (`console=`). Text is split at white space that
/// is not inside double quotes, as the kernel does (Documentation/admin-guide/kernel-parameters.rst); the quotes stay.
public struct KernelArguments: Sendable, Equatable, Codable, ExpressibleByArrayLiteral, CustomStringConvertible {
    /// The arguments in their order.
    public private(set) var arguments: [String]

    /// Arguments that are split already.
    public init(_ arguments: [String] = []) { self.arguments = arguments }

    /// Arguments that are split already.
    public init(arrayLiteral arguments: String...) { self.arguments = arguments }

    /// Splits a command line.
    public init(parsing line: some StringProtocol) {
        var arguments: [String] = []
        var current = ""
        var quoted = false
        for character in line {
            if character == "\"" { quoted.toggle() }
            if character.isWhitespace, !quoted {
                if !current.isEmpty { arguments.append(current) }
                current = ""
            } else {
                current.append(character)
            }
        }
        if !current.isEmpty { arguments.append(current) }
        self.arguments = arguments
    }

    /// The command line.
    public var description: String { arguments.joined(separator: " ") }

    /// What comes before an argument's first `=`; the whole argument where there is none.
    public static func key(of argument: String) -> String {
        String(argument.prefix { $0 != "=" })
    }

    /// Whether there is an argument with this key.
    public func contains(key: String) -> Bool { arguments.contains { Self.key(of: $0) == key } }

    /// The values of all arguments with this key, in order; "" for one without a value.
    public func values(of key: String) -> [String] {
        arguments.filter { Self.key(of: $0) == key }.map { String($0.dropFirst(key.count + 1)) }
    }

    /// Adds an argument at the end, also where there is one with its key.
    public mutating func append(_ argument: String) { arguments.append(argument) }

    /// Adds arguments at the end.
    public mutating func append(_ other: KernelArguments) { arguments += other.arguments }

    /// Adds an argument at the end unless exactly this one is there.
    public mutating func appendIfMissing(_ argument: String) {
        if !arguments.contains(argument) { arguments.append(argument) }
    }

    /// Changes a value in its place. `key=new` replaces the only value of `key`, `key=old=new` that one of several.
    ///
    /// - Throws: ``KernelArgumentError`` where the key or the old value is not there, or where the key alone does not
    ///   say which argument is meant.
    public mutating func replace(_ replacement: String) throws(KernelArgumentError) {
        let parts = replacement.split(separator: "=", maxSplits: 2, omittingEmptySubsequences: false).map(String.init)
        let (key, value) = (parts[0], parts.count > 1 ? "=" + parts[1] : "")
        if parts.count == 3, let index = arguments.firstIndex(of: key + value) {
            arguments[index] = "\(key)=\(parts[2])"
            return
        }
        // A single value may itself hold a "=", as in root=UUID=….
        let index = try onlyIndex(of: key, whole: replacement)
        arguments[index] = replacement
    }

    /// Sets the value of a key: in its place where it has one, else at the end. Further values of the key go away.
    public mutating func set(_ key: String, to value: String) {
        guard let first = arguments.firstIndex(where: { Self.key(of: $0) == key }) else {
            return append("\(key)=\(value)")
        }
        arguments[first] = "\(key)=\(value)"
        let rest = arguments[(first + 1)...].filter { Self.key(of: $0) != key }
        arguments.replaceSubrange((first + 1)..., with: rest)
    }

    /// Removes one argument: exactly `key=value`, or the only one with a key.
    ///
    /// - Throws: ``KernelArgumentError`` where it is not there, or where a key alone does not say which one is meant.
    public mutating func delete(_ argument: String) throws(KernelArgumentError) {
        if let index = arguments.firstIndex(of: argument) {
            if argument.contains("=") || arguments.count(where: { Self.key(of: $0) == argument }) == 1 {
                arguments.remove(at: index)
                return
            }
        }
        guard !argument.contains("=") else { throw .missing(argument) }
        arguments.remove(at: try onlyIndex(of: argument, whole: argument))
    }

    /// Removes every argument with this key.
    public mutating func deleteAll(key: String) { arguments.removeAll { Self.key(of: $0) == key } }

    private func onlyIndex(of key: String, whole: String) throws(KernelArgumentError) -> Int {
        let indices = arguments.indices.filter { Self.key(of: arguments[$0]) == key }
        guard let first = indices.first else { throw .missing(whole) }
        guard indices.count == 1 else { throw .ambiguous(key: key, values: values(of: key)) }
        return first
    }
}

/// An edit of kernel arguments that does not fit them.
public enum KernelArgumentError: Error, Sendable, Equatable, CustomStringConvertible {
    /// There is no such argument.
    case missing(String)
    /// The key has several values.
    case ambiguous(key: String, values: [String])

    /// One line: the argument and what to do.
    public var description: String {
        switch self {
        case .missing(let argument): "there is no kernel argument \(argument)"
        case .ambiguous(let key, let values):
            "the kernel argument \(key) has \(values.count) values (\(values.joined(separator: ", "))): name the one meant"
        }
    }
}
