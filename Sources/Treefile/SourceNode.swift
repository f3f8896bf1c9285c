import Foundation
import SystemPackage
import Yams

/// A parsed value of a YAML or JSON file that remembers where it stands.
struct SourceNode {
    struct Member {
        var key: String
        /// Where the key stands.
        var line: Int
        var column: Int
        var value: SourceNode
    }

    enum Content {
        case null
        case boolean(Bool)
        case integer(Int64)
        case number(Double)
        case string(String)
        case sequence([SourceNode])
        case mapping([Member])
    }

    var content: Content
    var line: Int
    var column: Int

    /// Reads a file; JSON is parsed by the YAML parser too (JSON is a part of YAML), so that it has lines and columns.
    static func load(_ path: FilePath) throws -> SourceNode {
        let bytes: Data
        do {
            bytes = try Data(contentsOf: URL(fileURLWithPath: path.string))
        } catch {
            throw TreefileError(file: path, message: "cannot be read: \(Self.reason(path))")
        }
        return try parse(bytes, file: path)
    }

    static func parse(_ bytes: Data, file: FilePath) throws -> SourceNode {
        guard let text = String(data: bytes, encoding: .utf8) else {
            throw TreefileError(file: file, message: "is not UTF-8 text")
        }
        do {
            guard let node = try Yams.compose(yaml: text) else {
                return SourceNode(content: .mapping([]), line: 1, column: 1)
            }
            return try SourceNode(node, file: file)
        } catch let error as YamlError {
            throw TreefileError(yaml: error, file: file)
        }
    }

    private static func reason(_ path: FilePath) -> String {
        do {
            let descriptor = try FileDescriptor.open(path, .readOnly)
            try descriptor.close()
            return "it is not a regular file"
        } catch {
            return "\(error)"
        }
    }

    init(content: Content, line: Int, column: Int) {
        self.content = content
        self.line = line
        self.column = column
    }

    /// A value without a place, such as one decoded from JSON.
    init(_ value: ConfigValue) {
        line = 0
        column = 0
        switch value {
        case .null: content = .null
        case .boolean(let value): content = .boolean(value)
        case .integer(let value): content = .integer(value)
        case .number(let value): content = .number(value)
        case .string(let value): content = .string(value)
        case .array(let value): content = .sequence(value.map(SourceNode.init))
        case .object(let value):
            content = .mapping(
                value.sorted { $0.key < $1.key }.map {
                    Member(key: $0.key, line: 0, column: 0, value: SourceNode($0.value))
                })
        }
    }

    private init(_ node: Node, file: FilePath) throws {
        line = node.mark?.line ?? 0
        column = node.mark?.column ?? 0
        switch node {
        case .scalar(let scalar): content = Self.content(of: scalar)
        case .sequence(let sequence): content = .sequence(try sequence.map { try SourceNode($0, file: file) })
        case .mapping(let mapping):
            content = .mapping(
                try mapping.map { key, value in
                    guard let name = key.scalar?.string else {
                        throw TreefileError(
                            file: file, line: key.mark?.line, column: key.mark?.column,
                            message: "a key must be a text, not a list or a map")
                    }
                    return Member(
                        key: name, line: key.mark?.line ?? 0, column: key.mark?.column ?? 0,
                        value: try SourceNode(value, file: file))
                })
        case .alias(let alias):
            throw TreefileError(
                file: file, line: alias.mark?.line, column: alias.mark?.column, message: "unknown anchor")
        }
    }

    /// The YAML 1.2 core schema, which is what treefiles are written for: `yes` and `on` are texts.
    private static func content(of scalar: Node.Scalar) -> Content {
        guard scalar.style == .plain || scalar.style == .any else { return .string(scalar.string) }
        switch scalar.string {
        case "", "~", "null", "Null", "NULL": return .null
        case "true", "True", "TRUE": return .boolean(true)
        case "false", "False", "FALSE": return .boolean(false)
        default: break
        }
        let text = scalar.string
        if let value = Int64(text), !text.hasPrefix("+"), !(text.count > 1 && text.hasPrefix("0")) {
            return .integer(value)
        }
        if let first = text.utf8.first, first == UInt8(ascii: "-") || (48...57).contains(first),
            text.utf8.allSatisfy({ "0123456789.eE+-".utf8.contains($0) }), let value = Double(text)
        {
            return .number(value)
        }
        return .string(text)
    }

    /// The value without its place.
    var value: ConfigValue {
        switch content {
        case .null: .null
        case .boolean(let value): .boolean(value)
        case .integer(let value): .integer(value)
        case .number(let value): .number(value)
        case .string(let value): .string(value)
        case .sequence(let items): .array(items.map(\.value))
        case .mapping(let members):
            .object(Dictionary(members.map { ($0.key, $0.value.value) }, uniquingKeysWith: { $1 }))
        }
    }

    /// What it is, for messages: `the number 36`.
    var kindDescription: String {
        switch content {
        case .null: "nothing"
        case .boolean(let value): "the boolean \(value)"
        case .integer(let value): "the number \(value)"
        case .number(let value): "the number \(value)"
        case .string(let value): "the text '\(value)'"
        case .sequence: "a list"
        case .mapping: "a map"
        }
    }
}

extension TreefileError {
    init(yaml error: YamlError, file: FilePath) {
        switch error {
        case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
            .composer(_, let problem, let mark, _):
            self.init(file: file, line: mark.line, column: mark.column, message: "is not valid YAML or JSON: \(problem)")
        case .duplicatedKeysInMapping(let duplicates, let context):
            let keys = duplicates.map { "'\($0)'" }.sorted().joined(separator: ", ")
            self.init(
                file: file, line: context.mark.line, column: context.mark.column,
                message: "the key \(keys) is there more than once; keep one")
        default:
            self.init(file: file, message: "is not valid YAML or JSON: \(error)")
        }
    }
}
