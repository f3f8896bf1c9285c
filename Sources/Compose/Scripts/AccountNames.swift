import Foundation
import SystemPackage

/// The users and groups of a tree, by name and by number.
struct AccountNames: Equatable {
    private(set) var users: [String: UInt32] = ["root": 0]
    private(set) var groups: [String: UInt32] = ["root": 0]

    /// Reads the passwd and group files of a tree; the ones in /etc win.
    init(tree: FilePath) {
        for directory in ["usr/lib", "usr/etc"] {
            users.merge(Self.read(tree.appending(directory).appending("passwd"))) { $1 }
            groups.merge(Self.read(tree.appending(directory).appending("group"))) { $1 }
        }
    }

    /// The user's name; the number as text where it has none.
    func userName(_ uid: UInt32) -> String { Self.name(uid, in: users) }

    /// The group's name; the number as text where it has none.
    func groupName(_ gid: UInt32) -> String { Self.name(gid, in: groups) }

    private static func name(_ number: UInt32, in table: [String: UInt32]) -> String {
        if number == 0 { return "root" }
        return table.filter { $0.value == number }.map(\.key).min() ?? "\(number)"
    }

    private static func read(_ path: FilePath) -> [String: UInt32] {
        guard let data = FileManager.default.contents(atPath: path.string) else { return [:] }
        var result: [String: UInt32] = [:]
        for line in String(decoding: data, as: UTF8.self).split(whereSeparator: \.isNewline) {
            let fields = line.split(separator: ":", omittingEmptySubsequences: false)
            if fields.count > 2, let number = UInt32(fields[2]) { result[String(fields[0])] = number }
        }
        return result
    }
}
