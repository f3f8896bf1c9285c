import Foundation
import HostSystem
import Packages
import SystemPackage
import TestSupport
import Testing
import Treefile

/// Repositories made for a test, with the caches and the judge that go with them.
final class ResolutionBench: Sendable {
    let directory: TemporaryDirectory
    let cache: MetadataCache
    /// An architecture whose packages rpmbuild makes on this machine.
    static let basearch: String = {
        #if arch(arm64)
            "aarch64"
        #else
            "x86_64"
        #endif
    }()

    init() throws {
        directory = try TemporaryDirectory()
        cache = MetadataCache(
            rpmmd: directory.appending("cache/rpmmd"), solv: directory.appending("cache/solv"))
    }

    func repository(
        _ id: String, _ packages: [RPMFixture], key: SigningKey? = nil
    ) async throws -> RepositoryFixture {
        try await RepositoryFixture(id, at: directory.appending("repos/\(id)"), packages: packages, key: key)
    }

    /// Reads the sections as a `.repo` file.
    func configurations(_ sections: [String]) throws -> [RepositoryConfig] {
        try directory.write(sections.joined(separator: "\n"), to: "config/test.repo")
        return try RepositoryFile.load(directories: [directory.appending("config")], variables: [:])
    }

    func manifest(_ text: String) throws -> Manifest {
        let path = try directory.write(text, to: "config/manifest.yaml")
        return try FlattenedManifest.load(path, basearch: Self.basearch).manifest
    }

    /// Fetches and resolves; NEVRAs.
    func resolve(
        _ text: String, _ repositories: [RepositoryConfig], lockfile: Lockfile = Lockfile(), strict: Bool = false
    ) async throws -> [String] {
        try await resolveSet(text, repositories, lockfile: lockfile, strict: strict).packages.map(\.nevra)
    }

    func resolveSet(
        _ text: String, _ repositories: [RepositoryConfig], lockfile: Lockfile = Lockfile(), strict: Bool = false
    ) async throws -> PackageSet {
        try await cache.refresh(repositories)
        let manifest = try manifest(text)
        return try Resolver(cache: cache, basearch: Self.basearch).resolve(
            manifest, repositories: RepositoryConfig.select(repositories, for: manifest), lockfile: lockfile,
            strict: strict)
    }

    /// The error of a resolution.
    func failure(
        _ text: String, _ repositories: [RepositoryConfig], lockfile: Lockfile = Lockfile(), strict: Bool = false
    ) async -> String {
        do {
            return "no error: \(try await resolve(text, repositories, lockfile: lockfile, strict: strict))"
        } catch {
            return "\(error)"
        }
    }

    /// What dnf would install into an empty root. It is Debian's, which only Debian's Python finds.
    func dnf(_ specs: [String], _ repositories: [RepositoryConfig], weak: Bool = true) async throws -> [String] {
        let script = """
            import dnf, json, sys
            job = json.load(sys.stdin)
            base = dnf.Base()
            conf = base.conf
            conf.installroot = job["root"]
            conf.cachedir = job["root"] + "/cache"
            conf.persistdir = job["root"] + "/persist"
            conf.logdir = job["root"]
            conf.reposdir = []
            conf.pluginpath = []
            conf.install_weak_deps = job["weak"]
            conf.substitutions["releasever"] = "1"
            conf.substitutions["arch"] = conf.substitutions["basearch"] = job["arch"]
            for repo in job["repos"]:
                base.repos.add_new_repo(repo["id"], conf, baseurl=[repo["url"]], priority=repo["priority"], cost=repo["cost"])
            base.fill_sack(load_system_repo=False)
            for spec in job["specs"]:
                base.install(spec)
            base.resolve()
            print("\\n".join(sorted("%s-%s%s-%s.%s" % (p.name, "" if p.epoch == 0 else "%s:" % p.epoch, p.version, p.release, p.arch) for p in base.transaction.install_set)))
            """
        let repos = repositories.map { repository in
            [
                "id": repository.id, "url": repository.baseURLs[0], "priority": repository.priority,
                "cost": repository.cost,
            ] as [String: Any]
        }
        let root = try TemporaryDirectory()
        let job: [String: Any] = [
            "root": root.path.string, "weak": weak, "arch": Self.basearch, "repos": repos, "specs": specs,
        ]
        let output = try await Command("/usr/bin/python3", ["-c", script]).run(
            input: Array(JSONSerialization.data(withJSONObject: job)))
        return output.text.split(separator: "\n").map(String.init)
    }
}
