import Foundation
import SystemPackage
import TestSupport
import Testing
import Treefile

@Suite("Including treefiles")
struct IncludeTests {
    private func load(_ files: [String: String], basearch: String = "x86_64", variables: [String: ConfigValue] = [:])
        throws -> FlattenedManifest
    {
        let directory = try TemporaryDirectory()
        for (name, text) in files { try directory.write(text, to: name) }
        return try FlattenedManifest.load(
            directory.appending("manifest.yaml"), basearch: basearch, variables: variables)
    }

    private func message(_ files: [String: String]) throws -> String {
        let directory = try TemporaryDirectory()
        for (name, text) in files { try directory.write(text, to: name) }
        do {
            _ = try FlattenedManifest.load(directory.appending("manifest.yaml"), basearch: "x86_64")
            return "no error"
        } catch {
            return "\(error)".replacingOccurrences(of: "\(directory.path)/", with: "")
        }
    }

    @Test("The including file wins scalars and comes last in lists; of several included files the last comes first")
    func mergeOrder() throws {
        let manifest = try load([
            "manifest.yaml": "include: [foo.yaml, sub/bar.yaml]\nrepos: [top]\nref: top\npostprocess: [t]\n",
            "foo.yaml": "include: deep.yaml\nrepos: [foo]\nref: foo\ngpg-key: foo\npackages: [f]\n",
            "deep.yaml": "repos: [deep]\ngpg-key: deep\ndefault-target: deep\n",
            "sub/bar.yaml":
                "repos: [bar]\nref: bar\ngpg-key: bar\npackages: [b]\nadd-commit-metadata: {a: bar, b: bar}\n",
        ]).manifest
        #expect(manifest.repos == ["bar", "deep", "foo", "top"])
        #expect(manifest.ref == "top")
        #expect(manifest.gpgKey == "foo")
        #expect(manifest.defaultTarget == "deep")
        #expect(manifest.packages == ["b", "f"])
        #expect(manifest.addCommitMetadata == ["a": .string("bar"), "b": .string("bar")])
    }

    @Test(
        "What an included file lists comes before what the including one lists, so that the latter has the last word",
        arguments: [
            "exclude-packages", "lockfile-repos", "install-langs", "ostree-layers", "ostree-override-layers",
            "initramfs-args", "units", "etc-group-members", "postprocess", "remove-files",
        ])
    func listOrder(key: String) throws {
        let manifest = try load([
            "manifest.yaml": "include: base.yaml\n\(key): [own, z]\n", "base.yaml": "\(key): [included, a]\n",
        ]).manifest
        let list = try #require(manifest.json[key])
        #expect(list == .array(["included", "a", "own", "z"].map { .string($0) }))
    }

    @Test("Later repo-packages entries take a package from earlier ones; what is left empty goes")
    func repoPackages() throws {
        let manifest = try load([
            "manifest.yaml": "include: foo.yaml\nrepo-packages: [{repo: new, packages: [a, b]}]\n",
            "foo.yaml": "repo-packages: [{repo: old, packages: [a]}, {repo: other, packages: [b, c]}]\n",
        ]).manifest
        #expect(
            manifest.repoPackages == [
                RepoPackages(repo: "other", packages: ["c"]), RepoPackages(repo: "new", packages: ["a", "b"]),
            ])
    }

    @Test("arch-include follows include, for this architecture only")
    func archInclude() throws {
        let files = [
            "manifest.yaml": "include: a.yaml\narch-include: {x86_64: [b.yaml], s390x: c.yaml}\nrepos: [t]\n",
            "a.yaml": "repos: [a]\n", "b.yaml": "repos: [b]\n", "c.yaml": "repos: [c]\n",
        ]
        #expect(try load(files).manifest.repos == ["b", "a", "t"])
        #expect(try load(files, basearch: "s390x").manifest.repos == ["c", "a", "t"])
        #expect(try load(files, basearch: "aarch64").manifest.repos == ["a", "t"])
    }

    @Test("Conditions see the variables closest to the top, texts, numbers and booleans")
    func conditionalInclude() throws {
        let files = [
            "manifest.yaml": "variables: {stream: \"next\", prod: true}\nreleasever: 40\ninclude: base.yaml\n",
            "base.yaml": """
            variables: {stream: stable, extra: 7}
            conditional-include:
              - {if: 'stream == "next"', include: a.yaml}
              - {if: 'prod == false', include: b.yaml}
              - {if: ['extra == 8', 'releasever == 40'], include: d.yaml}
              - {if: ['releasever >= 40', 'releasever < 41', 'basearch == "x86_64"', 'extra != 8'], include: [c.yaml]}
              - if: prod == true
                include:
                  repos: [inline]
                  packages-x86_64: [p]
            repos: [base]
            """,
            "a.yaml": "repos: [a]\n", "b.yaml": "repos: [b]\n", "c.yaml": "repos: [c]\n", "d.yaml": "repos: [d]\n",
        ]
        let manifest = try load(files).manifest
        #expect(manifest.repos == ["c", "a", "inline", "base"])
        #expect(manifest.packages == ["p"])
        #expect(
            try load(files, variables: ["prod": .boolean(false)]).manifest.repos == ["c", "b", "a", "base"])
    }

    @Test(
        "A broken condition says what is wrong and where",
        arguments: [
            ("foo", "invalid condition: foo: expected VARIABLE OPERATOR VALUE"),
            ("foo ~ 1", "invalid condition: foo ~ 1: expected one of ==, !=, >, >=, <, <= but got ~"),
            ("foo = 1", "invalid condition: foo = 1: expected one of ==, !=, >, >=, <, <= but got ="),
            (
                "foo == bar",
                "invalid condition: foo == bar: expected true, false, a number or a text in double quotes but got bar"
            ),
            ("nope == 1", "undefined variable 'nope' in condition: nope == 1; define it under 'variables'"),
            ("foo == \"1\"", "1 is not same type as \"1\" in condition: foo == \"1\""),
            ("bar < true", "invalid op for values in condition: bar < true; < compares numbers"),
        ])
    func brokenConditions(condition: String, expected: String) throws {
        let text = """
            variables: {foo: 1, bar: true}
            conditional-include:
              - if: ['foo == 2', '\(condition)']
                include: a.yaml
            """
        #expect(try message(["manifest.yaml": text]) == "manifest.yaml:3:22: \(expected)")
    }

    @Test("A file that is included twice, also by different ways, is a loop")
    func loops() throws {
        #expect(
            try message(["manifest.yaml": "include: manifest.yaml\n"])
                == "manifest.yaml: Include loop detected; manifest.yaml was already included")
        #expect(
            try message([
                "manifest.yaml": "include: [a.yaml, b.yaml]\n", "a.yaml": "include: c.yaml\n",
                "b.yaml": "include: c.yaml\n", "c.yaml": "ref: c\n",
            ]) == "c.yaml: Include loop detected; c.yaml was already included")
    }

    @Test("Includes nest fifty deep and no deeper")
    func depth() throws {
        var files = ["manifest.yaml": "include: 1.yaml\n"]
        for level in 1...50 { files["\(level).yaml"] = "include: \(level + 1).yaml\n" }
        files["50.yaml"] = "ref: bottom\n"
        #expect(try load(files).manifest.ref == "bottom")
        files["50.yaml"] = "include: 51.yaml\n"
        files["51.yaml"] = "ref: bottom\n"
        #expect(try message(files) == "50.yaml:1:10: Reached maximum include depth 50 at 51.yaml")
    }

    @Test("An included file that is missing is named where it is included")
    func missingInclude() throws {
        #expect(
            try message(["manifest.yaml": "ref: a\ninclude: gone.yaml\n"])
                == "manifest.yaml:2:10: key 'include': cannot open gone.yaml: No such file or directory; "
                + "paths are relative to the directory of this file")
    }

    @Test("External files belong to the directory of the treefile that names them; the closest one wins")
    func externals() throws {
        let directory = try TemporaryDirectory()
        try directory.write(
            "include: sub/base.yaml\nadd-files: [[a, /usr/a]]\ncheck-passwd: {type: file, filename: passwd}\n",
            to: "manifest.yaml")
        try directory.write(
            "add-files: [[a, /etc/a]]\npostprocess-script: post.sh\ncheck-passwd: {type: file, filename: passwd}\n",
            to: "sub/base.yaml")
        for name in ["a", "passwd", "sub/a", "sub/passwd"] { try directory.write(name, to: name) }
        try directory.write("#!/bin/sh\n", to: "sub/post.sh", mode: 0o755)
        try directory.write("#!/bin/sh\n", to: "finalize.d/20-b", mode: 0o755)
        try directory.write("", to: "finalize.d/README")
        try directory.write("#!/bin/sh\n", to: "sub/finalize.d/10-a", mode: 0o755)
        let flattened = try FlattenedManifest.load(directory.appending("manifest.yaml"), basearch: "x86_64")
        #expect(flattened.externals.addFiles.map(\.source) == [directory.appending("sub/a"), directory.appending("a")])
        #expect(flattened.externals.addFiles.map(\.destination) == ["/etc/a", "/usr/a"])
        #expect(flattened.externals.passwd == directory.appending("passwd"))
        #expect(flattened.externals.postprocessScript == directory.appending("sub/post.sh"))
        #expect(
            flattened.externals.finalizeScripts == [
                directory.appending("sub/finalize.d/10-a"), directory.appending("finalize.d/20-b"),
            ])
        #expect(flattened.files == [directory.appending("manifest.yaml"), directory.appending("sub/base.yaml")])

        try directory.write("#!/bin/sh\n", to: "sub/post.sh", mode: 0o644)
        #expect(throws: TreefileError.self) {
            try FlattenedManifest.load(directory.appending("manifest.yaml"), basearch: "x86_64")
        }
    }

    @Test("Kickstart files give packages and exclusions")
    func kickstart() throws {
        let manifest = try load([
            "manifest.yaml": "include: a.ks\npackages: [top]\n",
            "a.ks": "# comment\n%include b.ks\n%packages --exclude-weakdeps\nfoo # why\n\n-bar\n%end\n",
            "b.ks": "%packages\nbaz\n%end\n",
        ]).manifest
        #expect(manifest.packages == ["baz", "foo", "top"])
        #expect(manifest.excludePackages == ["bar"])
        #expect(manifest.recommends == false)
        #expect(
            try message(["manifest.yaml": "include: a.ks\n", "a.ks": "%packages\nfoo\n"])
                == "a.ks:1:1: Missing %end for %packages")
        #expect(
            try message(["manifest.yaml": "include: a.ks\n", "a.ks": "lang de\n"])
                == "a.ks:1:1: Unhandled verb: lang; only %packages and %include are read")
    }
}

@Suite("The checksum of a manifest")
struct ChecksumTests {
    private func checksum(_ files: [String: String], scriptMode: Int = 0o755) throws -> String {
        let directory = try TemporaryDirectory()
        for (name, text) in files { try directory.write(text, to: name, mode: name.hasSuffix(".sh") ? 0o755 : 0o644) }
        return try FlattenedManifest.load(directory.appending("manifest.yaml"), basearch: "x86_64").checksum()
    }

    @Test("It depends on what a treefile flattens to and not on how it is written")
    func content() throws {
        let one = try checksum(["manifest.yaml": "# why\npackages: [b, a]\nref: x\n"])
        #expect(try checksum(["manifest.yaml": "ref: x\ninclude: i.yaml\n", "i.yaml": "packages: [a b]\n"]) == one)
        #expect(try checksum(["manifest.yaml": "packages: [b, a, c]\nref: x\n"]) != one)
        #expect(try checksum(["manifest.yaml": "packages: [b, a]\nref: x\ncliwrap: true\n"]) != one)
        #expect(try checksum(["manifest.yaml": "packages: [b, a]\nref: x\nrepovars: {a: b}\n"]) != one)
    }

    @Test("It depends on the content of external files")
    func externals() throws {
        let manifest = "add-files: [[a, /usr/a]]\npostprocess-script: p.sh\n"
        let one = try checksum(["manifest.yaml": manifest, "a": "1", "p.sh": "2"])
        #expect(try checksum(["manifest.yaml": manifest, "a": "1", "p.sh": "2"]) == one)
        #expect(try checksum(["manifest.yaml": manifest, "a": "2", "p.sh": "2"]) != one)
        #expect(try checksum(["manifest.yaml": manifest, "a": "1", "p.sh": "3"]) != one)
        #expect(try checksum(["manifest.yaml": manifest, "a": "12", "p.sh": ""]) != one)
    }
}
