/// The users and groups of a base tree while packages are added: an image keeps most of them in /usr/lib, where only the
/// name service sees them, but useradd(8) and systemd-sysusers(8) look at /etc alone and would make them again.
///
/// So /etc has all of them for the time of the scripts, and afterwards each is where it was, the new ones in /usr/lib: on
/// machines /etc/passwd is the machine's own and gets no entries by updates.
struct JoinedAccounts {
    private struct Database {
        let name: String
        let etc: String
        let lib: String
        let joined: String
    }

    private let tree: TreeFiles
    private let databases: [Database]

    /// Puts all entries into /etc; nothing happens in a tree without databases in /usr/lib.
    init(_ tree: TreeFiles) throws {
        self.tree = tree
        databases = try ["passwd", "group"].compactMap { name in
            guard let etc = try tree.text("usr/etc/\(name)"), let lib = try tree.text("usr/lib/\(name)") else {
                return nil
            }
            let known = Set(Self.lines(etc).map(\.name))
            let others = Self.lines(lib).filter { !known.contains($0.name) }
            return Database(
                name: name, etc: etc, lib: lib, joined: Self.text(Self.lines(etc)) + Self.text(others))
        }
        for database in databases { try tree.update(database.joined, at: "usr/etc/\(database.name)") }
    }

    /// Puts every entry back to its place.
    func separate() throws {
        for database in databases {
            let now = try tree.text("usr/etc/\(database.name)") ?? ""
            guard now != database.joined else {
                try tree.update(database.etc, at: "usr/etc/\(database.name)")
                continue
            }
            let inEtc = Set(Self.lines(database.etc).map(\.name))
            let inLib = Set(Self.lines(database.lib).map(\.name))
            let lines = Self.lines(now)
            try tree.write(
                Self.text(lines.filter { inEtc.contains($0.name) }).utf8, to: "usr/etc/\(database.name)")
            try tree.write(
                Self.text(lines.filter { inLib.contains($0.name) || !inEtc.contains($0.name) }).utf8,
                to: "usr/lib/\(database.name)")
        }
    }

    private static func lines(_ text: String) -> [(name: String, text: Substring)] {
        text.split(whereSeparator: \.isNewline).map { line in (String(line.prefix { $0 != ":" }), line) }
    }

    private static func text(_ lines: [(name: String, text: Substring)]) -> String {
        lines.map { $0.text + "\n" }.joined()
    }
}
