import Foundation
import Packages
import SystemPackage
import TestSupport
import Testing
import Treefile

@Suite("Repository files")
struct RepositoryFileTests {
    private func load(_ text: String, variables: [String: String] = [:]) throws -> [RepositoryConfig] {
        let directory = try TemporaryDirectory()
        return try RepositoryFile.load(directory.write(text, to: "a.repo"), variables: variables)
    }

    private func message(_ text: String) throws -> String {
        let directory = try TemporaryDirectory()
        let path = try directory.write(text, to: "a.repo")
        do {
            _ = try RepositoryFile.load(path, variables: [:])
            return "no error"
        } catch {
            return "\(error)".replacingOccurrences(of: "\(directory.path)/", with: "")
        }
    }

    @Test("All keys are read, variables replaced, lists split, lines continued")
    func keys() throws {
        let repository = try #require(
            try load(
                """
                # comment
                [main]
                cachedir=/nowhere
                [fedora-$releasever]
                name = Fedora ${releasever} - $basearch, $unknown
                baseurl=http://one.example/$releasever/${basearch}/
                    https://two.example/,file:///three
                metalink=https://meta.example/?repo=fedora-$releasever&arch=$basearch
                enabled=0
                priority=5
                cost=7
                gpgcheck=1
                repo_gpgcheck=yes
                gpgkey=file:///a
                  file:///b
                includepkgs=foo* bar
                excludepkgs=baz, qux
                username=me
                password=hunter2
                sslverify=false
                skip_if_unavailable=True
                """, variables: ["releasever": "40", "basearch": "x86_64"]
            ).first)
        #expect(repository.id == "fedora-40")
        #expect(repository.name == "Fedora 40 - x86_64, $unknown")
        #expect(repository.baseURLs == ["http://one.example/40/x86_64/", "https://two.example/", "file:///three"])
        #expect(repository.metalink == "https://meta.example/?repo=fedora-40&arch=x86_64")
        #expect(!repository.isEnabled)
        #expect(repository.priority == 5)
        #expect(repository.cost == 7)
        #expect(repository.checksPackages)
        #expect(repository.checksMetadata)
        #expect(repository.keyURLs == ["file:///a", "file:///b"])
        #expect(repository.includedPackages == ["foo*", "bar"])
        #expect(repository.excludedPackages == ["baz", "qux"])
        #expect(repository.password?.value == "hunter2")
        #expect(!repository.verifiesCertificates)
    }

    @Test("Passwords are not printed")
    func secrets() throws {
        let repository = try #require(
            try load("[a]\nbaseurl=http://me:hunter2@example.com/x\nusername=me\npassword=hunter2\n").first)
        var dumped = ""
        dump(repository.password, to: &dumped)
        #expect(!dumped.contains("hunter2"))
        #expect(!"\(repository.password as Any)".contains("hunter2"))
        #expect(repository.displayURL == "http://example.com/x")
        #expect(
            PackagesError("cannot get http://me:hunter2@example.com/x").description == "cannot get http://example.com/x"
        )
    }

    @Test(
        "Mistakes name file and line",
        arguments: [
            (
                "[a]\nenabled=maybe\nbaseurl=file:///x\n",
                "a.repo:2: repository a: enabled: expected 1 or 0, found 'maybe'"
            ),
            (
                "[a]\nbaseurl=file:///x\n\npriority=high\n",
                "a.repo:4: repository a: priority: expected a number, found 'high'"
            ),
            ("\n[a]\nname=x\n", "a.repo:2: repository a has no baseurl, metalink or mirrorlist"),
            ("name=x\n", "a.repo:1: expected a [section] before 'name=x'"),
            ("[a]\nnonsense\n", "a.repo:2: expected key=value"),
        ])
    func mistakes(text: String, expected: String) throws {
        #expect(try message(text) == expected)
    }

    @Test("A manifest gives the variables of repository files")
    func variables() {
        var manifest = Manifest()
        manifest.releasever = .string("9.4")
        manifest.repovars = ["stream": "next"]
        let variables = manifest.repositoryVariables(basearch: "x86_64")
        #expect(variables["releasever"] == "9.4")
        #expect(variables["releasever_major"] == "9")
        #expect(variables["basearch"] == "x86_64")
        #expect(variables["stream"] == "next")
    }

    @Test("A manifest that names no repositories uses those that are enabled")
    func selection() throws {
        let all = try load("[on]\nbaseurl=file:///x\n[off]\nbaseurl=file:///y\nenabled=0\n")
        var manifest = Manifest()
        #expect(try RepositoryConfig.select(all, for: manifest).map(\.id) == ["on"])
        manifest.repos = ["off"]
        #expect(try RepositoryConfig.select(all, for: manifest).map(\.id) == ["off"])
        #expect(throws: PackagesError.self) { try RepositoryConfig.select([], for: Manifest()) }
    }

    @Test(
        "Real .repo files are read",
        .enabled(
            if: ProcessInfo.processInfo.environment["COSA_SHARED_DATA"] != nil,
            "COSA_SHARED_DATA names no folder with treefiles"))
    func realFiles() throws {
        let shared = try #require(ProcessInfo.processInfo.environment["COSA_SHARED_DATA"])
        let folder = FilePath("\(shared)/treefiles/fedora-coreos-config@testing-devel")
        let found = try RepositoryFile.load(
            directories: [folder], variables: ["releasever": "40", "basearch": "x86_64"])
        #expect(found.contains { $0.id == "fedora" && $0.checksPackages && !$0.keyURLs.isEmpty })
        #expect(!found.contains { ($0.baseURLs + [$0.metalink ?? ""]).contains { $0.contains("$") } })
    }
}
