import Foundation
import SystemPackage
import Treefile

/// The numbers that users and groups must have (`check-passwd`, `check-groups` of type `file` or `data`), so that the
/// files of installed systems keep their owners across updates.
struct AccountNumbers {
    /// Numbers by name, as the treefile wants them; a user's group may be left open.
    private(set) var users: [String: (uid: UInt32, gid: UInt32?)] = [:]
    private(set) var groups: [String: UInt32] = [:]

    init(_ manifest: FlattenedManifest) throws {
        if let check = manifest.manifest.checkPasswd {
            if check.kind == .file, let file = manifest.externals.passwd {
                for fields in try Self.rows(file) where fields.count > 3 {
                    if let uid = UInt32(fields[2]) { users[fields[0]] = (uid, UInt32(fields[3])) }
                }
            } else if check.kind == .data {
                for (name, value) in check.entries ?? [:] {
                    guard let numbers = Self.numbers(value), (1...2).contains(numbers.count) else {
                        throw ComposeError.invalidSetting(
                            key: "check-passwd", reason: "\(name) is neither `uid`, `[uid]` nor `[uid, gid]`")
                    }
                    users[name] = (numbers[0], numbers.count > 1 ? numbers[1] : nil)
                }
            }
        }
        if let check = manifest.manifest.checkGroups {
            if check.kind == .file, let file = manifest.externals.group {
                for fields in try Self.rows(file) where fields.count > 2 { groups[fields[0]] = UInt32(fields[2]) }
            } else if check.kind == .data {
                for (name, value) in check.entries ?? [:] {
                    guard let numbers = Self.numbers(value), numbers.count == 1 else {
                        throw ComposeError.invalidSetting(key: "check-groups", reason: "\(name) is no `gid`")
                    }
                    groups[name] = numbers[0]
                }
            }
        }
    }

    /// Compares with the passwd and group files of a tree; accounts that only one side knows do not matter.
    ///
    /// - Throws: ``ComposeError/invalidSetting(key:reason:)`` with rpm-ostree's words.
    func check(_ tree: TreeFiles) throws {
        for directory in ["usr/etc", "usr/lib"] {
            for fields in try Self.rows(tree.path("\(directory)/passwd")) where fields.count > 3 {
                guard let expected = users[fields[0]] else { continue }
                try Self.compare("passwd UID", fields[0], expected.uid, fields[2], key: "check-passwd")
                if let gid = expected.gid {
                    try Self.compare("passwd GID", fields[0], gid, fields[3], key: "check-passwd")
                }
            }
            for fields in try Self.rows(tree.path("\(directory)/group")) where fields.count > 2 {
                guard let expected = groups[fields[0]] else { continue }
                try Self.compare("group GID", fields[0], expected, fields[2], key: "check-groups")
            }
        }
    }

    private static func compare(_ what: String, _ name: String, _ expected: UInt32, _ actual: String, key: String)
        throws
    {
        guard UInt32(actual) != expected else { return }
        throw ComposeError.invalidSetting(key: key, reason: "\(what) changed: \(name) (\(expected) to \(actual))")
    }

    private static func numbers(_ value: ConfigValue) -> [UInt32]? {
        switch value {
        case .integer(let number): UInt32(exactly: number).map { [$0] }
        case .array(let values): values.compactMap(numbers).flatMap { $0 }
        default: nil
        }
    }

    private static func rows(_ path: FilePath) throws -> [[String]] {
        guard let data = FileManager.default.contents(atPath: path.string) else { return [] }
        return String(decoding: data, as: UTF8.self).split(whereSeparator: \.isNewline).map { line in
            line.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
        }
    }
}
