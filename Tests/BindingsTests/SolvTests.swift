import HostSystem
import Solv
import SystemPackage
import TestSupport
import Testing

@Suite("libsolv")
struct SolvTests {
    private static let primary = """
        <?xml version="1.0" encoding="UTF-8"?>
        <metadata xmlns="http://linux.duke.edu/metadata/common" xmlns:rpm="http://linux.duke.edu/metadata/rpm" packages="2">
        <package type="rpm"><name>foo</name><arch>noarch</arch><version epoch="1" ver="2.0" rel="3"/>
        <checksum type="sha256" pkgid="YES">\(String(repeating: "ab", count: 32))</checksum>
        <time file="5" build="7"/><size package="11" installed="12" archive="13"/><location href="Packages/foo.rpm"/>
        <format><rpm:sourcerpm>foo-2.0-3.src.rpm</rpm:sourcerpm>
        <rpm:requires><rpm:entry name="bar" flags="GE" epoch="0" ver="4"/><rpm:entry name="/opt/file"/></rpm:requires>
        </format></package>
        <package type="rpm"><name>bar</name><arch>noarch</arch><version epoch="0" ver="3" rel="1"/>
        <checksum type="sha256" pkgid="YES">\(String(repeating: "cd", count: 32))</checksum>
        <time file="5" build="7"/><size package="11" installed="12" archive="13"/><location href="Packages/bar.rpm"/>
        <format></format></package>
        </metadata>
        """

    private func pool(_ directory: TemporaryDirectory) throws -> SolvPool {
        let pool = SolvPool(arch: "x86_64")
        let file = try directory.write(Self.primary, to: "primary.xml")
        try pool.addRepository("test", priority: 0, subpriority: 0).loadMetadata(file, .primary)
        pool.prepare()
        return pool
    }

    @Test("A package has the values of the metadata, also when it comes from a cache file")
    func values() throws {
        let directory = try TemporaryDirectory()
        let pool = try pool(directory)
        try pool.repositories[0].writeCache(directory.appending("a.solv"), .primary)
        let second = SolvPool(arch: "x86_64")
        try second.addRepository("again", priority: 0, subpriority: 0).loadCache(
            directory.appending("a.solv"), .primary)
        second.prepare()
        for (pool, name) in [(pool, "test"), (second, "again")] {
            let foo = try #require(pool.packages(of: pool.select("foo", .name)).first)
            #expect(foo.evr == "1:2.0-3")
            #expect(foo.arch == "noarch")
            #expect(foo.repository == name)
            #expect(foo.checksum == "sha256:" + String(repeating: "ab", count: 32))
            #expect(foo.downloadSize == 11)
            #expect(foo.buildTime == 7)
            #expect(foo.location == "Packages/foo.rpm")
            #expect(foo.sourcePackage == "foo-2.0-3.src.rpm")
        }
    }

    @Test("Problems come with libsolv's words")
    func problems() throws {
        let pool = try pool(TemporaryDirectory())
        let foo = pool.select("foo", .name)
        #expect(pool.needsFileLists(for: [foo]))
        #expect(!pool.needsFileLists(for: [pool.select("bar", .name)]))
        do {
            _ = try pool.solve(installing: [foo], weakDependencies: true)
            Issue.record("foo has no provider of bar >= 4")
        } catch {
            #expect(error.description.contains("nothing provides bar >= 4 needed by foo-1:2.0-3.noarch"))
        }
        #expect(try pool.solve(installing: [pool.select("bar", .name)], weakDependencies: true).count == 1)
    }

    /// Metadata of packages with these further elements of `<format>`.
    private func primary(_ packages: [(name: String, arch: String, format: String)]) -> String {
        let elements = packages.map { name, arch, format in
            """
            <package type="rpm"><name>\(name)</name><arch>\(arch)</arch><version epoch="0" ver="1" rel="1"/>
            <checksum type="sha256" pkgid="YES">\(String(repeating: "ef", count: 32))</checksum>
            <location href="\(name).rpm"/><format>\(format)</format></package>
            """
        }
        return """
            <?xml version="1.0" encoding="UTF-8"?>
            <metadata xmlns="http://linux.duke.edu/metadata/common" xmlns:rpm="http://linux.duke.edu/metadata/rpm" packages="\(packages.count)">
            \(elements.joined(separator: "\n"))
            </metadata>
            """
    }

    private func load(_ packages: [(name: String, arch: String, format: String)]) throws -> SolvPool {
        let directory = try TemporaryDirectory()
        let pool = SolvPool(arch: "x86_64")
        let file = try directory.write(primary(packages), to: "primary.xml")
        try pool.addRepository("test", priority: 0, subpriority: 0).loadMetadata(file, .primary)
        pool.prepare()
        return pool
    }

    @Test("Recommended packages come along only where they are wanted, and are told apart")
    func weakDependencies() throws {
        let pool = try load([
            ("app", "noarch", #"<rpm:recommends><rpm:entry name="nice"/></rpm:recommends>"#),
            ("nice", "noarch", #"<rpm:provides><rpm:entry name="nice"/></rpm:provides>"#),
        ])
        func solve(weak: Bool) throws -> [String] {
            try pool.solve(installing: [pool.select("app", .name)], weakDependencies: weak)
                .map { "\($0.package.name) \($0.reason)" }.sorted()
        }
        #expect(try solve(weak: true) == ["app required", "nice weak"])
        #expect(try solve(weak: false) == ["app required"])
    }

    @Test("The successor of a package is found by what it obsoletes")
    func obsoleters() throws {
        let obsoletes = #"<rpm:obsoletes><rpm:entry name="old" flags="LT" epoch="0" ver="2"/></rpm:obsoletes>"#
        let pool = try load([("old", "noarch", ""), ("new", "noarch", obsoletes), ("other", "noarch", "")])
        #expect(pool.obsoleters(of: pool.packages(of: pool.select("old", .name))).map(\.name) == ["new"])
        #expect(pool.obsoleters(of: pool.packages(of: pool.select("other", .name))).isEmpty)
    }

    @Test("Source packages are known by both of their architectures")
    func sources() throws {
        let pool = try load([("a", "noarch", ""), ("b", "src", ""), ("c", "nosrc", ""), ("d", "x86_64", "")])
        let found = pool.repositories[0].packages.filter(\.isSource).map(\.name)
        #expect(found == ["b", "c"])
    }

    @Test("A cache file of which the end is missing leaves no packages behind")
    func truncatedCache() throws {
        let directory = try TemporaryDirectory()
        let cache = directory.appending("a.solv")
        try pool(directory).repositories[0].writeCache(cache, .primary)
        let bytes = try FileContent.read(cache)
        var refused = 0
        // libsolv takes some of these for whole, and of others it has made the packages before it refuses them.
        for count in bytes.count * 3 / 4..<bytes.count {
            try AtomicFile.write(Array(bytes.prefix(count)), to: cache)
            let repository = SolvPool(arch: "x86_64").addRepository("test", priority: 0, subpriority: 0)
            do {
                try repository.loadCache(cache, .primary)
            } catch {
                refused += 1
                #expect(repository.packages.isEmpty, "\(count) of \(bytes.count) bytes")
            }
        }
        #expect(refused > 0)
    }

    @Test("What is excluded is found only when asked for")
    func exclusion() throws {
        let pool = try pool(TemporaryDirectory())
        pool.exclude(pool.packages(of: pool.select("bar", .name)))
        pool.prepare()
        #expect(pool.select("bar", .name).isEmpty)
        #expect(!pool.select("bar", .name, includingExcluded: true).isEmpty)
    }

    @Test("Files that are no metadata are refused")
    func damaged() throws {
        let directory = try TemporaryDirectory()
        let repository = SolvPool(arch: "x86_64").addRepository("test", priority: 0, subpriority: 0)
        let junk = try directory.write("junk", to: "junk.xml")
        #expect(throws: SolvError.self) { try repository.loadMetadata(junk, .primary) }
        #expect(throws: SolvError.self) { try repository.loadCache(junk, .primary) }
        #expect(throws: SolvError.self) { try repository.loadMetadata(directory.appending("none"), .primary) }
    }

    @Test("Versions are compared as rpm does")
    func versions() {
        let pool = SolvPool(arch: "x86_64")
        #expect(pool.compare("1.10-1", "1.9-1") > 0)
        #expect(pool.compare("1:1-1", "2-1") > 0)
        #expect(pool.compare("1.0~rc1-1", "1.0-1") < 0)
        #expect(pool.compare("0:1-1", "1-1") == 0)
    }
}
