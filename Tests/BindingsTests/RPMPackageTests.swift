import Foundation
import SystemPackage
import TestSupport
import Testing

@testable import RPM

@Suite("librpm: packages")
struct RPMPackageTests {
    private static let package = RPMFixture(
        "web", version: "2", epoch: 1, preamble: ["Requires: base"],
        files: [
            .init("/usr/share/web/page", .regular("page\n"), mode: 0o640, group: "web"),
            .init("/usr/share/web/same", .hardLink("/usr/share/web/page"), mode: 0o640, group: "web"),
            .init("/usr/share/web/link", .symlink("page")),
            .init("/usr/bin/web", .regular("x"), mode: 0o4755, directives: ["%caps(cap_net_raw=p)"]),
            .init("/var/log/web", .ghost),
        ],
        scriptlets: [
            "post": "echo post", "posttrans -p /sbin/ldconfig": "",
            "transfiletriggerin -P 5 -- /usr/share /usr/lib": "cat",
        ])

    @Test("A header says what the spec said, and survives being stored")
    func header() async throws {
        let directory = try TemporaryDirectory()
        let read = try PackageArchive(try await Self.package.build(in: directory.path)).header
        let header = try PackageHeader(serialized: read.serialized)
        #expect(header.nevra == "web-1:2-1.noarch")
        #expect(header.buildTime == 1_700_000_000)
        #expect(header.provides.contains("web"))
        let files = try header.files()
        let web = try #require(files.first { $0.path == "/usr/bin/web" })
        #expect(web.mode == 0o104755 && web.capabilities == "cap_net_raw=p" && web.user == "root")
        let link = try #require(files.first { $0.path == "/usr/share/web/link" })
        #expect(link.isSymlink && link.linkTarget == "page")
        #expect(files.first { $0.path == "/var/log/web" }?.isGhost == true)
        #expect(header.scriptlet(.post) == Scriptlet(interpreter: ["/bin/sh"], body: "echo post", flags: 0))
        #expect(header.scriptlet(.posttrans)?.interpreter == ["/sbin/ldconfig"])
        #expect(header.scriptlet(.pre) == nil)
        let trigger = try #require(header.transactionFileTriggers().first)
        #expect(trigger.prefixes.sorted() == ["/usr/lib", "/usr/share"] && trigger.priority == 5)
    }

    @Test("The payload gives each content once, hard links included, and no ghosts")
    func payload() async throws {
        let directory = try TemporaryDirectory()
        let archive = try PackageArchive(try await Self.package.build(in: directory.path))
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 3, alignment: 1)
        defer { buffer.deallocate() }
        var texts: [String: String] = [:]
        var paths: Set<String> = []
        while let member = try archive.next() {
            paths.insert(member.file.path)
            guard member.file.isRegular, member.hasContent else { continue }
            var bytes: [UInt8] = []
            try archive.readContent(of: member, into: buffer) { bytes += Array($0) }
            for _ in member.links { texts[member.file.path, default: ""] += String(decoding: bytes, as: UTF8.self) }
        }
        #expect(!paths.contains("/var/log/web") && paths.contains("/usr/share/web/same"))
        #expect(texts.values.sorted() == ["page\npage\n", "x"])
    }

    @Test("A payload with other content than the header promises is refused")
    func changedPayload() async throws {
        let directory = try TemporaryDirectory()
        var package = RPMFixture("web", files: [.init("/usr/share/web", .regular("original content\n"))])
        package.payload = "w.ufdio"
        let path = try await package.build(in: directory.path)
        var bytes = Array(try Data(contentsOf: URL(fileURLWithPath: path.string)))
        let original = Array("original content".utf8)
        let start = try #require(
            (0..<bytes.count - original.count).last { Array(bytes[$0..<$0 + original.count]) == original })
        bytes[start] = UInt8(ascii: "O")
        try Data(bytes).write(to: URL(fileURLWithPath: path.string))
        let archive = try PackageArchive(path)
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 64, alignment: 1)
        defer { buffer.deallocate() }
        let member = try #require(try archive.next())
        #expect {
            try archive.readContent(of: member, into: buffer) { _ in }
        } throws: { error in
            "\(error)".contains("/usr/share/web of ")
                && "\(error)".hasSuffix("its content does not match the digest in the package's header")
        }
    }

    @Test("Each file trigger has its own paths, program and priority")
    func triggers() async throws {
        let directory = try TemporaryDirectory()
        let package = RPMFixture(
            "web",
            scriptlets: [
                "transfiletriggerin -P 7 -- /usr/share /usr/lib": "one",
                "transfiletriggerin -p /bin/cat -- /etc": "two",
                // On removal, which is none of an image's business.
                "transfiletriggerun -- /opt": "three",
            ])
        let triggers = try PackageArchive(try await package.build(in: directory.path)).header.transactionFileTriggers()
        let found = triggers.sorted { $0.scriptlet.body < $1.scriptlet.body }
        #expect(found.map(\.scriptlet.body) == ["one", "two"])
        #expect(found.map { $0.prefixes.sorted() } == [["/usr/lib", "/usr/share"], ["/etc"]])
        #expect(found.map(\.scriptlet.interpreter) == [["/bin/sh"], ["/bin/cat"]])
        // rpm's default priority.
        #expect(found.map(\.priority) == [7, 1_000_000])
    }

    @Test("Versions are compared as rpm does: epoch, then version, then release")
    func versions() {
        func version(_ epoch: Int, _ version: String, _ release: String = "1") -> PackageVersion {
            PackageVersion(epoch: epoch, version: version, release: release)
        }
        #expect(version(0, "9") < version(1, "1"))
        #expect(!(version(1, "1") < version(0, "9")))
        #expect(version(0, "1.9") < version(0, "1.10"))
        #expect(version(0, "1.0~rc1") < version(0, "1.0"))
        #expect(version(0, "1.0", "9") < version(0, "1.0", "10"))
        #expect(!(version(0, "1.0") < version(0, "1.0")))
    }

    @Test("A file that is no package is named")
    func noPackage() throws {
        let directory = try TemporaryDirectory()
        let path = try directory.write("not a package", to: "x.rpm")
        #expect {
            _ = try PackageArchive(path)
        } throws: { "\($0)".hasPrefix("cannot read \(path): ") }
    }

    @Test("Packages are ordered by what they require")
    func order() async throws {
        let directory = try TemporaryDirectory()
        let fixtures = [
            RPMFixture("a", preamble: ["Requires: c"]), RPMFixture("b"), RPMFixture("c", preamble: ["Requires: b"]),
        ]
        var headers: [PackageHeader] = []
        for fixture in fixtures {
            headers.append(try PackageArchive(try await fixture.build(in: directory.path)).header)
        }
        #expect(try InstallOrder.of(headers).map { headers[$0].name } == ["b", "c", "a"])
    }
}
