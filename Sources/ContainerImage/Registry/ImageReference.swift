/// The name of an image in a registry: `HOST[:PORT]/PATH[:TAG][@DIGEST]`.
public struct ImageReference: Sendable, Hashable, CustomStringConvertible {
    /// Host and path, without tag and digest.
    public var repository: String
    /// The tag; nil where none is named.
    public var tag: String?
    /// `sha256:` and 64 hex digits; nil where none is named.
    public var digest: String?

    /// Takes a reference apart; `docker://` before it is passed over.
    ///
    /// - Throws: ``ContainerImageError/badReference(_:reason:)``.
    public init(_ text: String) throws(ContainerImageError) {
        var rest = Substring(text.hasPrefix("docker://") ? String(text.dropFirst("docker://".count)) : text)
        if let at = rest.firstIndex(of: "@") {
            let digest = String(rest[rest.index(after: at)...])
            guard digest.wholeMatch(of: /sha256:[0-9a-f]{64}/) != nil else {
                throw .badReference(text, reason: "\(digest) is no digest: sha256: and 64 hex digits are expected")
            }
            self.digest = digest
            rest = rest[..<at]
        }
        // A colon before the last slash is the host's port.
        let name = rest.lastIndex(of: "/").map { rest.index(after: $0) } ?? rest.startIndex
        if let colon = rest[name...].firstIndex(of: ":") {
            let tag = String(rest[rest.index(after: colon)...])
            guard tag.wholeMatch(of: /[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}/) != nil else {
                throw .badReference(text, reason: "\"\(tag)\" cannot be a tag: letters, digits, dots, _ and - can")
            }
            self.tag = tag
            rest = rest[..<colon]
        }
        guard rest.wholeMatch(of: /[A-Za-z0-9.-]+(:[0-9]+)?(\/[a-z0-9]+([._-]+[a-z0-9]+)*)+/) != nil else {
            throw .badReference(text, reason: "it must be HOST/PATH[:TAG], the path in lower case")
        }
        repository = String(rest)
    }

    /// The same repository with a tag and without a digest.
    public func tagged(_ tag: String) -> ImageReference {
        var reference = self
        reference.tag = tag
        reference.digest = nil
        return reference
    }

    /// The same repository with a digest and without a tag.
    public func pinned(_ digest: String) -> ImageReference {
        var reference = self
        reference.tag = nil
        reference.digest = digest
        return reference
    }

    /// The text that it was made from, without transport.
    public var description: String { repository + (tag.map { ":\($0)" } ?? "") + (digest.map { "@\($0)" } ?? "") }

    /// As skopeo and podman name it (containers-transports(5)).
    public var transport: String { "docker://\(self)" }
}
