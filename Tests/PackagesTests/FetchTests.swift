import Foundation
import HostSystem
import Packages
import SystemPackage
import TestSupport
import Testing
import Treefile

@Suite("Fetching metadata")
struct FetchTests {
    private func failure(_ bench: ResolutionBench, _ repositories: [RepositoryConfig]) async -> String {
        do {
            try await bench.cache.refresh(repositories)
            return "no error"
        } catch {
            return "\(error)"
        }
    }

    @Test("The digest follows the metadata and nothing else; an unchanged repository is not fetched again")
    func digest() async throws {
        let bench = try ResolutionBench()
        let fixture = try await bench.repository("base", [RPMFixture("foo")])
        let repositories = try bench.configurations([fixture.section()])
        #expect(!bench.cache.isFetched(repositories))
        #expect(throws: PackagesError.self) { try bench.cache.digest(repositories) }
        try await bench.cache.refresh(repositories)
        #expect(bench.cache.isFetched(repositories))
        let first = try bench.cache.digest(repositories)

        try FileManager.default.setAttributes(
            [.modificationDate: Date(timeIntervalSince1970: 1)],
            ofItemAtPath: fixture.path.appending("repodata/repomd.xml").string)
        let lines = LineCollector()
        try await bench.cache.refresh(repositories) { lines.add($0) }
        #expect(lines.all == ["base: metadata unchanged"])
        #expect(try bench.cache.digest(repositories) == first)

        _ = try await RPMFixture("bar").build(in: fixture.path)
        try await fixture.index()
        try await bench.cache.refresh(repositories) { lines.add($0) }
        #expect(lines.all.last == "base: metadata updated")
        #expect(try bench.cache.digest(repositories) != first)
        #expect(try await bench.resolve("packages: [bar]\n", repositories) == ["bar-1.0-1.noarch"])
        let moved = try bench.configurations(["[base]\nbaseurl=file:///elsewhere\n"])
        #expect(!bench.cache.isFetched(moved))
    }

    @Test("An unreachable repository is named with its URL and the cause; what was there stays")
    func unreachable() async throws {
        let bench = try ResolutionBench()
        let fixture = try await bench.repository("base", [RPMFixture("foo")])
        let repositories = try bench.configurations([fixture.section()])
        try await bench.cache.refresh(repositories)
        let before = try bench.cache.digest(repositories)
        try FileManager.default.removeItem(atPath: fixture.path.appending("repodata").string)
        let gone = await failure(bench, repositories)
        #expect(gone.hasPrefix("repository base (\(fixture.url)) cannot be fetched: "))
        #expect(gone.contains("repomd.xml"))
        #expect(try bench.cache.digest(repositories) == before)
        let folders = try FileManager.default.subpathsOfDirectory(atPath: bench.cache.rpmmd.string)
        #expect(!folders.contains { $0.contains("partial") })

        let refused = try bench.configurations(["[net]\nbaseurl=http://me:hunter2@127.0.0.1:1/repo\n"])
        let message = await failure(bench, refused)
        #expect(message.hasPrefix("repository net (http://127.0.0.1:1/repo) cannot be fetched: "))
        #expect(message.contains("connect"))
        #expect(!message.contains("hunter2"))
        #expect(!message.contains("\n"))
    }

    @Test("Metadata that is not signed by the repository's key is refused")
    func metadataSignature() async throws {
        let bench = try ResolutionBench()
        let key = try await SigningKey()
        let other = try await SigningKey(name: "Other <other@example.com>")
        let fixture = try await bench.repository("base", [RPMFixture("foo")], key: key)
        let repositories = try bench.configurations([fixture.section()])
        try await bench.cache.refresh(repositories)
        let before = try bench.cache.digest(repositories)

        let foreign = try bench.configurations([fixture.section(["gpgkey=file://\(other.publicKey)"])])
        let unused = MetadataCache(rpmmd: bench.directory.appending("a"), solv: bench.directory.appending("b"))
        await #expect(throws: PackagesError.self) { try await unused.refresh(foreign) }
        #expect(!unused.isFetched(foreign))

        let repomd = fixture.path.appending("repodata/repomd.xml").string
        let text = try String(contentsOfFile: repomd, encoding: .utf8)
        try text.replacingOccurrences(of: "1700000000", with: "1700000001")
            .write(toFile: repomd, atomically: true, encoding: .utf8)
        let message = await failure(bench, repositories)
        #expect(message.contains("repository base"))
        #expect(message.lowercased().contains("signature"))
        #expect(message.contains("check gpgkey=file://"))
        #expect(try bench.cache.digest(repositories) == before)
    }

    @Test("The repository gets its user and password, and the host of its key does not")
    func credentials() async throws {
        let bench = try ResolutionBench()
        let key = try await SigningKey()
        let fixture = try await bench.repository("base", [RPMFixture("foo")], key: key)
        let server = try WebServer(fixture.path, credentials: "me:hunter2")
        let keys = try bench.directory.write(
            String(contentsOfFile: key.publicKey.string, encoding: .utf8), to: "keys/key.asc")
        let keyServer = try WebServer(keys.removingLastComponent(), credentials: nil)
        let repositories = try bench.configurations([
            """
            [base]
            baseurl=\(server.url)/
            repo_gpgcheck=1
            gpgkey=\(keyServer.url)/key.asc
            username=me
            password=hunter2

            """
        ])
        try await bench.cache.refresh(repositories)
        #expect(bench.cache.isFetched(repositories))
    }

    @Test("Metadata of which a file is gone counts as not fetched")
    func incomplete() async throws {
        let bench = try ResolutionBench()
        let fixture = try await bench.repository("base", [RPMFixture("foo")])
        let repositories = try bench.configurations([fixture.section()])
        try await bench.cache.refresh(repositories)
        let all = try FileManager.default.subpathsOfDirectory(atPath: bench.cache.rpmmd.string)
        let primary = try #require(all.first { $0.contains("-primary.xml") })
        try FileManager.default.removeItem(atPath: bench.cache.rpmmd.appending(primary).string)
        #expect(!bench.cache.isFetched(repositories))
        try await bench.cache.refresh(repositories)
        #expect(bench.cache.isFetched(repositories))
    }
}

/// Collects lines from several threads.
final class LineCollector: @unchecked Sendable {
    private let lock = NSLock()
    private var lines: [String] = []

    func add(_ line: String) { lock.withLock { lines.append(line) } }
    var all: [String] { lock.withLock { lines } }
}
