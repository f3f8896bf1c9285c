import Foundation
import HostSystem
import Packages
import SystemPackage
import TestSupport
import Testing
import Treefile

@Suite("Downloading packages")
struct DownloaderTests {
    private func download(
        _ bench: ResolutionBench, _ repositories: [RepositoryConfig], _ packages: String = "packages: [foo]\n"
    ) async throws -> [DownloadedPackage] {
        let set = try await bench.resolveSet(packages, repositories)
        return try await Downloader(cache: bench.cache).download(
            set, repositories: repositories, to: bench.directory.appending("packages"))
    }

    private func failure(_ bench: ResolutionBench, _ repositories: [RepositoryConfig]) async -> String {
        do {
            return "no error: \(try await download(bench, repositories))"
        } catch {
            return "\(error)"
        }
    }

    /// What lies under a final name in the folder of packages.
    private func kept(_ bench: ResolutionBench) -> [String] {
        let all = FileManager.default.enumerator(atPath: bench.directory.appending("packages").string)?.allObjects ?? []
        return all.compactMap { $0 as? String }.filter { $0.hasSuffix(".rpm") }.sorted()
    }

    @Test("Signed packages of a local repository arrive checked, and a second time at once")
    func local() async throws {
        let bench = try ResolutionBench()
        let fixture = try await bench.repository(
            "base", [RPMFixture("foo", preamble: ["Requires: bar"]), RPMFixture("bar")], key: SigningKey())
        let repositories = try bench.configurations([fixture.section()])
        let packages = try await download(bench, repositories)
        #expect(packages.map(\.package.name) == ["bar", "foo"])
        for package in packages {
            #expect("sha256:\(try Digest.ofFile(package.path))" == package.package.checksum)
            #expect(package.path == Downloader.path(of: package.package, in: bench.directory.appending("packages")))
        }
        try FileManager.default.removeItem(atPath: fixture.path.appending("Packages").string)
        let set = PackageSet(packages.map(\.package))
        let lines = LineCollector()
        let again = try await Downloader(cache: bench.cache).download(
            set, repositories: repositories, to: bench.directory.appending("packages")
        ) { lines.add("\($0.completed)/\($0.total) \($0.latest)") }
        #expect(again == packages)
        #expect(lines.all == ["1/2 bar-1.0-1.noarch", "2/2 foo-1.0-1.noarch"])
    }

    @Test("A package that is not the one of the metadata is refused and not kept")
    func checksum() async throws {
        let bench = try ResolutionBench()
        let fixture = try await bench.repository("base", [RPMFixture("foo")])
        let repositories = try bench.configurations([fixture.section()])
        let set = try await bench.resolveSet("packages: [foo]\n", repositories)
        let file = fixture.path.appending(set.packages[0].location)
        var bytes = try Data(contentsOf: URL(fileURLWithPath: file.string))
        bytes[bytes.count - 1] ^= 1
        try bytes.write(to: URL(fileURLWithPath: file.string))
        #expect(
            await failure(bench, repositories)
                == "package foo-1.0-1.noarch from base: checksum \(set.packages[0].checksum) expected, "
                + "\(try Digest.ofFile(file)) found; run cosa fetch")
        #expect(kept(bench) == [])
    }

    @Test("A package signed by another key is refused, with the keys that would do")
    func foreignSignature() async throws {
        let bench = try ResolutionBench()
        let key = try await SigningKey()
        let other = try await SigningKey(name: "Other <other@example.com>")
        let fixture = try await bench.repository("base", [RPMFixture("foo")], key: key)
        let repositories = try bench.configurations([
            fixture.section(["repo_gpgcheck=0", "gpgkey=file://\(other.publicKey)"])
        ])
        let message = await failure(bench, repositories)
        #expect(message.hasPrefix("package foo-1.0-1.noarch from base: signature (RSA/SHA"))
        #expect(message.hasSuffix("not made by a key of gpgkey=file://\(other.publicKey); add the key or re-sign it"))
        #expect(kept(bench) == [])
        let both = try bench.configurations([
            fixture.section(["repo_gpgcheck=0", "gpgkey=file://\(other.publicKey) file://\(key.publicKey)"])
        ])
        #expect(try await download(bench, both).count == 1)
        // What is kept already is held against the keys of now.
        #expect(await failure(bench, repositories).contains("not made by a key of"))
    }

    @Test("A package without a signature is refused where gpgcheck=1, and a missing gpgkey is said")
    func unsigned() async throws {
        let bench = try ResolutionBench()
        let key = try await SigningKey()
        let fixture = try await bench.repository("base", [RPMFixture("foo")])
        let strict = try bench.configurations([fixture.section(["gpgcheck=1", "gpgkey=file://\(key.publicKey)"])])
        #expect(
            await failure(bench, strict)
                == "package foo-1.0-1.noarch from base: it is not signed, but gpgcheck=1 asks for a key of "
                + "gpgkey=file://\(key.publicKey); sign it")
        let keyless = try bench.configurations([fixture.section(["gpgcheck=1"])])
        #expect(await failure(bench, keyless) == "repository base: gpgcheck=1 needs gpgkey=")
        let noKey = try bench.directory.write("no key", to: "nokey")
        let useless = try bench.configurations([fixture.section(["gpgcheck=1", "gpgkey=file://\(noKey)"])])
        #expect(await failure(bench, useless).contains("holds no armored public key"))
    }

    @Test("A payload swapped under a valid signature is refused, even where the metadata vouches for it")
    func swappedPayload() async throws {
        let bench = try ResolutionBench()
        let fixture = try await bench.repository("base", [RPMFixture("foo")], key: SigningKey())
        let file = fixture.path.appending("Packages/foo-1.0-1.noarch.rpm").string
        var bytes = try Data(contentsOf: URL(fileURLWithPath: file))
        bytes[bytes.count - 1] ^= 1
        try bytes.write(to: URL(fileURLWithPath: file))
        try await fixture.index()
        let message = await failure(bench, try bench.configurations([fixture.section()]))
        #expect(message.contains("package foo-1.0-1.noarch from base: signature check failed: its payload"))
    }

    @Test("Packages and metadata come by HTTP, with a mirror list and a key from the server")
    func http() async throws {
        let bench = try ResolutionBench()
        let key = try await SigningKey()
        let big = RPMFixture(
            "foo", files: [.init("/usr/share/big", .regular(String(repeating: "0123456789abcdef", count: 20_000)))])
        let fixture = try await bench.repository("base", [big, RPMFixture("bar")], key: key)
        try FileManager.default.copyItem(
            atPath: key.publicKey.string, toPath: fixture.path.appending("key.asc").string)
        let server = try WebServer(fixture.path)
        try "http://127.0.0.1:1/dead/\n\(server.url)/\n".write(
            toFile: fixture.path.appending("mirrors").string, atomically: true, encoding: .utf8)
        let repositories = try bench.configurations([
            "[base]\nmirrorlist=\(server.url)/mirrors\ngpgcheck=1\nrepo_gpgcheck=1\ngpgkey=\(server.url)/key.asc\n"
        ])
        let packages = try await download(bench, repositories, "packages: [foo, bar]\n")
        #expect(packages.count == 2)
        for package in packages {
            #expect("sha256:\(try Digest.ofFile(package.path))" == package.package.checksum)
        }
        #expect(kept(bench).count == 2)

        try FileManager.default.removeItem(atPath: packages[1].path.string)
        try FileManager.default.removeItem(
            atPath: fixture.path.appending(packages[1].package.location).string)
        let message = await failure(bench, repositories)
        #expect(message.hasPrefix("package foo-1.0-1.noarch from base (\(server.url)/mirrors): "))
        #expect(message.contains("404"))
        #expect(kept(bench).count == 1)
    }
}
