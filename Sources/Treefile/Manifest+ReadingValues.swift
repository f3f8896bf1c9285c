/// Forms of values that only treefiles have.
extension Manifest {
    /// A list of entries with one or more package specs each.
    static func specs(_ node: SourceNode?, _ key: String, _ keys: KeyReader) throws -> [String] {
        guard let node else { return [] }
        guard case .sequence(let items) = node.content else { throw keys.mismatch(node, key, expected: "a list") }
        return try items.flatMap { item in
            do {
                return try PackageSpecs.split(try keys.text(item, key))
            } catch let error as PackageSpecs.UnbalancedQuote {
                throw keys.error(at: item, "key '\(key)': \(error)")
            }
        }
    }

    static func archSpecs(_ node: SourceNode?, _ key: String, _ keys: KeyReader) throws -> [String] {
        guard let node else { return [] }
        guard case .sequence(let items) = node.content,
            items.allSatisfy({ if case .string = $0.content { true } else { false } })
        else {
            throw keys.error(at: node, "Invalid field \(key): expected array of strings")
        }
        return try specs(node, key, keys)
    }

    static func texts(_ node: SourceNode, _ key: String, _ keys: KeyReader) throws -> [String] {
        guard case .sequence(let items) = node.content else {
            throw keys.mismatch(node, key, expected: "a list of texts")
        }
        return try items.map { try keys.text($0, key) }
    }

    /// A key that had another name once; both together are refused.
    static func withLegacy<Value>(
        _ key: String, _ legacy: String, _ keys: inout KeyReader,
        read: (inout KeyReader, String) throws -> Value?
    ) throws -> Value? {
        let both = Set(keys.remaining).isSuperset(of: [key, legacy])
        if both { throw keys.error(at: legacy, "Cannot use new and legacy forms of \(legacy); keep '\(key)'") }
        return try keys.remaining.contains(legacy) ? read(&keys, legacy) : read(&keys, key)
    }

    static func releaseVersion(_ keys: inout KeyReader) throws -> ConfigValue? {
        guard let node = keys.take("releasever") else { return nil }
        switch node.content {
        case .string, .integer: return node.value
        default: throw keys.mismatch(node, "releasever", expected: "a text or a whole number")
        }
    }

    static func usrLocal(_ keys: inout KeyReader) throws -> UsrLocal? {
        guard let node = keys.take("opt-usrlocal") else { return nil }
        let word = try keys.text(node, "opt-usrlocal")
        if word == "state-overlay" { return .stateOverlay }
        guard let value = UsrLocal(rawValue: word) else {
            throw keys.error(
                at: node, "key 'opt-usrlocal': unknown value '\(word)'; use one of var, root, stateoverlay")
        }
        return value
    }

    static func accountCheck(_ key: String, _ keys: inout KeyReader) throws -> AccountCheck? {
        guard let node = keys.take(key) else { return nil }
        var entry = try KeyReader(node, file: keys.file, name: key)
        guard let kind = try entry.choice("type", AccountCheck.Kind.self) else {
            throw keys.error(at: node, "key '\(key)': 'type' is missing; use one of none, previous, file, data")
        }
        let check = AccountCheck(
            kind: kind, filename: try entry.string("filename"), entries: try entry.values("entries"))
        if kind == .file, check.filename == nil {
            throw keys.error(at: node, "key '\(key)': type 'file' needs 'filename'")
        }
        return check
    }

    /// `$releasever` and `$basearch` come from their own keys.
    static func refuseReserved(_ member: SourceNode.Member, _ keys: KeyReader) throws {
        guard member.key == "releasever" || member.key == "basearch" else { return }
        throw TreefileError(
            file: keys.file, line: member.line, column: member.column,
            message: "cannot define reserved variable '\(member.key)'; it is set by the key '\(member.key)'")
    }

    static func isValidDestination(_ path: String) -> Bool {
        let relative = path.drop { $0 == "/" }
        if relative.split(separator: "/").contains("..") { return false }
        if relative.hasPrefix("usr/") { return !relative.hasPrefix("usr/local/") }
        return ["etc/", "bin/", "sbin/", "lib/", "lib64/"].contains { relative.hasPrefix($0) }
    }
}
