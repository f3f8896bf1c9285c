import HostSystem
import LibArchive
import TestSupport
import Testing

@Suite struct LibArchiveTests {
    static func archive(
        _ format: ArchiveWriter.Format = .paxRestricted, _ members: [(ArchiveEntry, String)]
    ) throws -> [UInt8] {
        var bytes: [UInt8] = []
        let writer = try ArchiveWriter(format) { bytes += $0 }
        for (member, content) in members { try writer.add(member, content: Array(content.utf8)) }
        try writer.finish()
        return bytes
    }

    static func read(_ bytes: [UInt8]) throws -> [(ArchiveEntry, String)] {
        var rest = bytes[...]
        let reader = try ArchiveReader(name: "test") { buffer in
            let piece = rest.prefix(min(700, buffer.count))
            buffer.copyBytes(from: piece)
            rest = rest.dropFirst(piece.count)
            return piece.count
        }
        var members: [(ArchiveEntry, String)] = []
        while let member = try reader.next() {
            members.append((member, String(decoding: try reader.readAll(limit: 1 << 20), as: UTF8.self)))
        }
        return members
    }

    static let members: [(ArchiveEntry, String)] = [
        (ArchiveEntry(path: "usr/", kind: .directory, mode: 0o755), ""),
        (ArchiveEntry(path: "usr/su", kind: .regular, mode: 0o4755, uid: 1000, gid: 5, size: 5), "hello"),
        (ArchiveEntry(path: "usr/link", kind: .symlink(target: "../..//su"), mode: 0o777), ""),
        (ArchiveEntry(path: "usr/again", kind: .hardlink(target: "usr/su"), mode: 0o4755, uid: 1000, gid: 5), ""),
        (ArchiveEntry(path: "usr/\u{e4}rger-\u{4e16}", kind: .regular, mode: 0o644, size: 1), "x"),
        (ArchiveEntry(path: "usr/" + String(repeating: "long", count: 60), kind: .regular, mode: 0o600), ""),
        (
            ArchiveEntry(
                path: "usr/ping", kind: .regular, mode: 0o755, size: 1,
                extendedAttributes: [
                    .init(name: "security.capability", value: [1, 0, 0, 2, 0]), .init(name: "user.note", value: [65]),
                ]), "p"
        ),
    ]

    @Test func readingGivesBackWhatWasWritten() throws {
        let members = try Self.read(Self.archive(.paxRestricted, Self.members))
        #expect(members.map(\.0) == Self.members.map(\.0))
        #expect(members.map(\.1) == Self.members.map(\.1))
    }

    @Test func tarListsWhatWasWritten() async throws {
        let bytes = try Self.archive(.paxRestricted, Self.members)
        let listing = try await Command(
            "tar", ["-tvf", "-", "--numeric-owner", "--utc", "--quoting-style=literal"],
            environment: ["LC_ALL": "C.UTF-8"]
        ).run(input: bytes)
        let lines = listing.text.split(separator: "\n").map { line in
            line.split(separator: " ", omittingEmptySubsequences: true).joined(separator: " ")
        }
        #expect(lines[0] == "drwxr-xr-x 0/0 0 1970-01-01 00:00 usr/")
        #expect(lines[1] == "-rwsr-xr-x 1000/5 5 1970-01-01 00:00 usr/su")
        #expect(lines[2] == "lrwxrwxrwx 0/0 0 1970-01-01 00:00 usr/link -> ../..//su")
        #expect(lines[3] == "hrwsr-xr-x 1000/5 0 1970-01-01 00:00 usr/again link to usr/su")
        #expect(lines[4] == "-rw-r--r-- 0/0 1 1970-01-01 00:00 usr/\u{e4}rger-\u{4e16}")
        #expect(lines.count == Self.members.count)
    }

    @Test func attributesAreWrittenInOneWayOnly() throws {
        let text = String(decoding: try Self.archive(.paxRestricted, Self.members), as: UTF8.self)
        #expect(text.contains("SCHILY.xattr.security.capability="))
        #expect(!text.contains("LIBARCHIVE."))
    }

    @Test func namesAreUTF8WhateverTheEnvironment() throws {
        let bytes = try Self.archive(.paxRestricted, [Self.members[4]])
        #expect(String(decoding: bytes, as: UTF8.self).contains("path=usr/\u{e4}rger-\u{4e16}\n"))
        // What libarchive adds where the thread's locale has another character set, as "C" has.
        #expect(!String(decoding: bytes, as: UTF8.self).contains("hdrcharset"))
        #expect(try Self.read(bytes).first?.0.path == "usr/\u{e4}rger-\u{4e16}")
    }

    @Test func gnuHeadersCanBeHad() throws {
        let bytes = try Self.archive(.gnutar, [Self.members[1]])
        #expect(Array(bytes[257..<265]) == Array("ustar  \0".utf8))
    }

    @Test func contentThatIsTooShortOrTooLongIsRefused() throws {
        let writer = try ArchiveWriter(.paxRestricted) { _ in }
        try writer.begin(ArchiveEntry(path: "short", kind: .regular, mode: 0o644, size: 3))
        let short = #expect(throws: ArchiveError.self) { try writer.finish() }
        #expect(short?.description == "cannot write short: its content is 3 bytes shorter than its size says")
        let long = #expect(throws: ArchiveError.self) { try [1, 2, 3, 4].withUnsafeBytes { try writer.write($0) } }
        #expect(long?.description == "cannot write short: its content is longer than its size says")
    }

    @Test func aMemberThatIsLongerThanItsReaderExpectsIsRefused() throws {
        let bytes = try Self.archive(.paxRestricted, [(ArchiveEntry(path: "a", kind: .regular, mode: 0o644), "hello")])
        func read(limit: Int) throws -> [UInt8] {
            var rest = bytes
            let reader = try ArchiveReader(name: "test") { buffer in
                defer { rest = [] }
                buffer.copyBytes(from: rest)
                return rest.count
            }
            _ = try reader.next()
            return try reader.readAll(limit: limit)
        }
        #expect(try read(limit: 5) == Array("hello".utf8))
        let error = #expect(throws: ArchiveError.self) { try read(limit: 4) }
        #expect(error?.description == "cannot read test: a member is longer than 4 bytes")
    }

    @Test func anArchiveIsNotFilledUp() throws {
        let bytes = try Self.archive(.paxRestricted, [(ArchiveEntry(path: "a", kind: .regular, mode: 0o644), "x")])
        // Header, content and the two empty blocks that end a tar file.
        #expect(bytes.count == 4 * 512)
    }

    @Test func anArchiveThatIsGivenUpIsNotEnded() throws {
        final class Store { var bytes: [UInt8] = [] }
        let store = Store()
        do {
            let writer = try ArchiveWriter(.paxRestricted) { store.bytes += $0 }
            try writer.add(ArchiveEntry(path: "a", kind: .regular, mode: 0o644), content: [1])
        }
        #expect(store.bytes.isEmpty)
    }

    @Test func theSinksErrorComesThrough() throws {
        struct Full: Error {}
        let writer = try ArchiveWriter(.paxRestricted) { _ in throw Full() }
        try writer.add(ArchiveEntry(path: "a", kind: .regular, mode: 0o644), content: [1])
        #expect(throws: Full.self) { try writer.finish() }
    }

    @Test func theSourcesErrorComesThrough() throws {
        struct Gone: Error {}
        #expect(throws: Gone.self) { _ = try ArchiveReader(name: "test") { _ in throw Gone() }.next() }
    }

    @Test func whatIsNoArchiveIsRefused() throws {
        let error = #expect(throws: ArchiveError.self) { try Self.read(Array("no archive at all".utf8)) }
        #expect(error?.description.hasPrefix("cannot read test: ") == true)
    }
}
