import Foundation
import HostSystem
import Packages
import SystemPackage
import TestSupport
import Testing
import Treefile

@Suite("Resolving packages")
struct ResolverTests {
    /// A small distribution with the shapes of dependencies that matter.
    static func distribution(_ bench: ResolutionBench) async throws -> RepositoryFixture {
        try await bench.repository(
            "base",
            [
                RPMFixture(
                    "app", preamble: ["Requires: lib >= 2", "Requires: /usr/bin/tool", "Recommends: nice"]),
                RPMFixture("lib", version: "1.0"),
                RPMFixture("lib", version: "2.0"),
                RPMFixture("lib", version: "2.0", release: "2", epoch: 0),
                RPMFixture("tools", files: [.init("/usr/bin/tool", .regular("#!/bin/sh\n"), mode: 0o755)]),
                RPMFixture("nice", preamble: ["Supplements: app"]),
                RPMFixture("data-user", preamble: ["Requires: /usr/share/data/file"]),
                RPMFixture("data", files: [.init("/usr/share/data/file", .regular("x"))]),
                RPMFixture("mta-a", preamble: ["Provides: mta = 1", "Conflicts: mta-b"]),
                RPMFixture("mta-b", preamble: ["Provides: mta = 2", "Conflicts: mta-a"]),
                RPMFixture("rich", preamble: ["Requires: (mta-b if app else data)"]),
                RPMFixture("broken", preamble: ["Requires: nowhere >= 3"]),
                RPMFixture("font-one"), RPMFixture("font-two"),
                RPMFixture("epochal", version: "1.0", epoch: 3),
                RPMFixture("old-name", version: "1.0"),
                RPMFixture(
                    "new-name", version: "2.0", preamble: ["Obsoletes: old-name < 2", "Provides: old-name = 2"]),
                RPMFixture("native", arch: ResolutionBench.basearch),
            ])
    }

    @Test("dnf chooses the same packages")
    func sameAsDNF() async throws {
        let bench = try ResolutionBench()
        let repositories = try bench.configurations([try await Self.distribution(bench).section()])
        let requests = [
            ["app"], ["data-user"], ["lib"], ["lib = 1.0"], ["lib-1.0"], ["mta"], ["mta >= 2"], ["rich"],
            ["rich", "app"], ["font-*"], ["/usr/bin/tool"], ["/usr/share/data/file"], ["epochal", "native"],
            ["old-name"], ["lib.noarch", "nice"],
        ]
        for specs in requests {
            for weak in specs.contains("app") ? [true, false] : [true] {
                let list = specs.map { "'\($0)'" }.joined(separator: ", ")
                let text = "packages: [\(specs.map { "\"'\($0)'\"" }.joined(separator: ", "))]\nrecommends: \(weak)\n"
                let ours = try await bench.resolve(text, repositories)
                let theirs = try await bench.dnf(specs, repositories, weak: weak)
                #expect(ours == theirs, "\(list) weak=\(weak)")
            }
        }
    }

    @Test("A package set says what, from where, and why")
    func details() async throws {
        let bench = try ResolutionBench()
        let fixture = try await Self.distribution(bench)
        let set = try await bench.resolveSet(
            "packages: [app, epochal]\n", bench.configurations([fixture.section()]))
        #expect(set.packages.map(\.name) == ["app", "epochal", "lib", "nice", "tools"])
        #expect(set.packages.map(\.reason) == [.requested, .requested, .dependency, .weak, .dependency])
        let lib = set.packages[2]
        #expect(lib.nevra == "lib-2.0-2.noarch")
        #expect(lib.repository == "base")
        #expect(lib.sourceRPM == "lib-2.0-2.src.rpm")
        #expect(lib.buildTime == 1_700_000_000)
        let file = fixture.path.appending(lib.location)
        #expect(lib.checksum == "sha256:\(try Digest.ofFile(file))")
        #expect(try FileManager.default.attributesOfItem(atPath: file.string)[.size] as? Int64 == lib.size)
        #expect(set.packages[1].nevra == "epochal-3:1.0-1.noarch")
        #expect(set.packages[1].epoch == 3)
        let lock = set.lockfile()
        #expect(lock.packages["epochal"]?.evra == "3:1.0-1.noarch")
    }

    @Test("Resolving again, from libsolv's cache files, gives the same")
    func cached() async throws {
        let bench = try ResolutionBench()
        let repositories = try bench.configurations([try await Self.distribution(bench).section()])
        let first = try await bench.resolveSet("packages: [app, data-user]\n", repositories)
        let solv = try FileManager.default.contentsOfDirectory(atPath: bench.cache.solv.string).sorted()
        #expect(solv.count == 2)
        #expect(try await bench.resolveSet("packages: [app, data-user]\n", repositories) == first)
        for name in solv {
            try Data("junk".utf8).write(to: URL(fileURLWithPath: bench.cache.solv.appending(name).string))
        }
        #expect(try await bench.resolveSet("packages: [app, data-user]\n", repositories) == first)
    }

    @Test("File lists are read only where a path that primary.xml lacks is asked for")
    func fileLists() async throws {
        let bench = try ResolutionBench()
        let repositories = try bench.configurations([try await Self.distribution(bench).section()])
        func cacheFiles() throws -> [String] {
            try FileManager.default.contentsOfDirectory(atPath: bench.cache.solv.string)
        }
        _ = try await bench.resolve("packages: [app]\n", repositories)
        #expect(try !cacheFiles().contains { $0.hasSuffix("filelists.solv") })
        #expect(
            try await bench.resolve("packages: [data-user]\n", repositories) == [
                "data-1.0-1.noarch", "data-user-1.0-1.noarch",
            ])
        #expect(try cacheFiles().contains { $0.hasSuffix("filelists.solv") })
    }

    @Test("All packages that do not exist are named in one message")
    func missing() async throws {
        let bench = try ResolutionBench()
        let repositories = try bench.configurations([try await Self.distribution(bench).section()])
        #expect(
            await bench.failure("packages: [zzz, app, nope, 'foo >= 7', lib]\nexclude-packages: [lib]\n", repositories)
                == "packages not found in the enabled repositories (base): 7, >=, foo, lib (excluded by exclude-packages), "
                + "nope, zzz; correct the names or add the repository that has them")
        #expect(
            await bench.failure("repo-packages: [{repo: base, packages: [gone]}]\n", repositories)
                == "No matches for 'gone' in repo 'base'; correct the names or add the repository that has them")
        #expect(
            await bench.failure("repos: [other]\npackages: [app]\n", repositories)
                == "Unknown rpm-md repository: other; the .repo files define base, add it or correct the manifest")
    }

    @Test("What cannot be satisfied is explained by libsolv")
    func unsatisfiable() async throws {
        let bench = try ResolutionBench()
        let repositories = try bench.configurations([try await Self.distribution(bench).section()])
        #expect(
            await bench.failure("packages: [broken]\n", repositories)
                == "cannot resolve the packages of the manifest: nothing provides nowhere >= 3 needed by broken-1.0-1.noarch"
        )
        #expect(
            await bench.failure("packages: [mta-a, mta-b]\n", repositories).contains(
                "package mta-b-1.0-1.noarch conflicts with mta-a provided by mta-a-1.0-1.noarch"))
        let filtered = await bench.failure("packages: [app]\nexclude-packages: [lib]\n", repositories)
        #expect(filtered.contains("lib >= 2 needed by app-1.0-1.noarch"))
        #expect(filtered.hasSuffix("note: lib is excluded by exclude-packages"))
    }

    @Test("Priority beats version, cost decides between equals, repo-packages pins")
    func preferences() async throws {
        let bench = try ResolutionBench()
        let old = try await bench.repository("old", [RPMFixture("lib", version: "1.0"), RPMFixture("same")])
        let new = try await bench.repository("new", [RPMFixture("lib", version: "2.0"), RPMFixture("same")])
        let plain = try bench.configurations([old.section(), new.section()])
        #expect(try await bench.resolve("packages: [lib]\n", plain) == ["lib-2.0-1.noarch"])
        let ranked = try bench.configurations([old.section(["priority=10"]), new.section()])
        #expect(try await bench.resolve("packages: [lib]\n", ranked) == ["lib-1.0-1.noarch"])
        #expect(try await bench.dnf(["lib"], ranked) == ["lib-1.0-1.noarch"])
        for (cheap, expected) in [(["cost=10"], "old"), (["cost=2000"], "new")] {
            let costed = try bench.configurations([old.section(cheap), new.section()])
            #expect(try await bench.resolveSet("packages: [same]\n", costed).packages.map(\.repository) == [expected])
        }
        #expect(
            try await bench.resolve("repo-packages: [{repo: old, packages: [lib]}]\n", plain) == ["lib-1.0-1.noarch"])
        #expect(
            try await bench.resolveSet("repos: [old]\npackages: [lib]\n", plain).packages.map(\.repository) == ["old"])
        let filtered = try bench.configurations([old.section(), new.section(["excludepkgs=li*"])])
        #expect(try await bench.resolve("packages: [lib]\n", filtered) == ["lib-1.0-1.noarch"])
        let including = try bench.configurations([old.section(), new.section(["includepkgs=same"])])
        #expect(try await bench.resolve("packages: [lib]\n", including) == ["lib-1.0-1.noarch"])
    }

    @Test("Locks hold back versions; strict locks forbid the rest; overrides win over both")
    func locks() async throws {
        let bench = try ResolutionBench()
        let fixture = try await bench.repository(
            "base",
            [
                RPMFixture("app", preamble: ["Requires: lib"]), RPMFixture("lib", version: "1.0"),
                RPMFixture("lib", version: "2.0"),
            ])
        let repositories = try bench.configurations([fixture.section()])
        let lock = Lockfile(packages: [
            "lib": .init(evr: "1.0-1", arch: nil), "gone": .init(evr: "1-1", arch: "noarch"),
        ])
        let relaxed = try await bench.resolveSet("packages: [app]\n", repositories, lockfile: lock)
        #expect(relaxed.packages.map(\.nevra) == ["app-1.0-1.noarch", "lib-1.0-1.noarch"])
        #expect(relaxed.warnings == ["Couldn't find locked package 'gone-1-1.noarch'"])
        #expect(
            await bench.failure("packages: [app]\n", repositories, lockfile: lock, strict: true)
                == "packages not found in the enabled repositories (base): app (not locked, and the lock is strict); "
                + "correct the names or add the repository that has them")
        let full = Lockfile(
            packages: ["lib": .init(evr: "0:1.0-1", arch: "noarch"), "app": .init(evr: "1.0-1", arch: "noarch")])
        #expect(
            try await bench.resolve("packages: [app]\n", repositories, lockfile: full, strict: true)
                == ["app-1.0-1.noarch", "lib-1.0-1.noarch"])
        let wrong = Lockfile(packages: ["lib": .init(evr: "1.0-1", arch: "noarch", digest: "sha256:00")])
        #expect(
            await bench.failure("packages: [lib]\n", repositories, lockfile: wrong).contains("locked to 1.0-1.noarch"))
        #expect(
            await bench.failure("lockfile-repos: [base]\npackages: [app]\n", repositories)
                .contains("not locked, and base is one of lockfile-repos"))

        let local = try await bench.repository("local", [RPMFixture("lib", version: "0.5")])
        let withOverrides = repositories + [.overrides(at: local.path)]
        #expect(
            try await bench.resolve("repos: [base]\npackages: [app]\n", withOverrides, lockfile: full, strict: true)
                == ["app-1.0-1.noarch", "lib-0.5-1.noarch"])
    }

    @Test(
        "Real metadata of CentOS Stream resolves",
        .enabled(
            if: ProcessInfo.processInfo.environment["COSA_SHARED_DATA"] != nil,
            "COSA_SHARED_DATA names no folder with repodata"))
    func realMetadata() async throws {
        let shared = try #require(ProcessInfo.processInfo.environment["COSA_SHARED_DATA"])
        let bench = try ResolutionBench()
        let sections = ["baseos", "appstream"].map { name in
            "[\(name)]\nbaseurl=file://\(shared)/repodata/centos-stream-9-\(name)\ngpgcheck=0\n"
        }
        let repositories = try bench.configurations(sections)
        #expect(repositories.map(\.id) == ["baseos", "appstream"])
        let specs = ["kernel", "systemd", "ostree", "podman", "openssh-server", "NetworkManager", "grub2-efi-x64"]
        let manifest = try bench.directory.write(
            "packages: [\(specs.joined(separator: ", "))]\nrecommends: false\n", to: "config/manifest.yaml")
        try await bench.cache.refresh(repositories)
        let set = try Resolver(cache: bench.cache, basearch: "x86_64").resolve(
            FlattenedManifest.load(manifest, basearch: "x86_64").manifest, repositories: repositories)
        #expect(set.packages.count > 150)
        let theirs = try await bench.dnf(specs, repositories, weak: false)
        #expect(set.packages.map(\.nevra).sorted() == theirs.sorted())
    }
}
