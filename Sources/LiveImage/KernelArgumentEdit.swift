import Deployment

/// Changes to kernel arguments, as coreos-installer applies them: words that are not there change nothing.
public struct KernelArgumentEdit: Sendable, Equatable {
    /// Words that go, each time they are there.
    public var deleted: [String] = []
    /// Words that come at the end.
    public var appended: [String] = []
    /// `KEY=OLD=NEW`.
    public var replaced: [String] = []

    /// No changes.
    public init() {}

    /// The arguments after deleting, appending and replacing, in this order.
    ///
    /// - Parameter note: called with each change that changed nothing.
    /// - Throws: ``KernelArgumentEditError``.
    public func apply(to arguments: String, note: (String) -> Void) throws(KernelArgumentEditError) -> String {
        var words = KernelArguments(parsing: arguments).arguments
        for word in deleted {
            if !words.contains(word) { note("there is no kernel argument \(word) to delete") }
            words.removeAll { $0 == word }
        }
        for word in appended {
            // One option may bring several.
            words += KernelArguments(parsing: word).arguments
        }
        for change in replaced {
            let parts = change.split(separator: "=", omittingEmptySubsequences: false)
            guard parts.count == 3, parts.allSatisfy({ !$0.isEmpty }) else { throw .format(change) }
            let (old, new) = ("\(parts[0])=\(parts[1])", "\(parts[0])=\(parts[2])")
            if !words.contains(old) { note("there is no kernel argument \(old) to replace") }
            words = words.map { $0 == old ? new : $0 }
        }
        return KernelArguments(words).description
    }
}

/// A change to kernel arguments that cannot be read.
public enum KernelArgumentEditError: Error, Sendable, Equatable, CustomStringConvertible {
    /// A replacement that is not `KEY=OLD=NEW`.
    case format(String)

    /// One line.
    public var description: String {
        switch self {
        case .format(let text): "--replace \(text): write KEY=OLD=NEW"
        }
    }
}
