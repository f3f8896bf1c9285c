import Foundation
import SystemPackage
import TestSupport
import Testing
import Treefile

/// Flattens a treefile given as text.
func flatten(
    _ text: String, name: String = "manifest.yaml", basearch: String = "x86_64", variables: [String: ConfigValue] = [:]
) throws -> FlattenedManifest {
    let directory = try TemporaryDirectory()
    let path = try directory.write(text, to: name)
    return try FlattenedManifest.load(path, basearch: basearch, variables: variables)
}

/// The error of a treefile, without the directory.
func failure(_ text: String, name: String = "manifest.yaml") throws -> String {
    let directory = try TemporaryDirectory()
    let path = try directory.write(text, to: name)
    do {
        _ = try FlattenedManifest.load(path, basearch: "x86_64")
        return "no error"
    } catch {
        return "\(error)".replacingOccurrences(of: "\(directory.path)/", with: "")
    }
}

@Suite("Reading a treefile")
struct ManifestReadingTests {
    static let prelude = """
        ref: "exampleos/${basearch}/blah"
        packages:
         - foo bar
         - baz
        packages-x86_64:
         - grub2 grub2-tools
        packages-s390x:
         - zipl

        """

    @Test("Packages are split at spaces, joined with those of the architecture and sorted")
    func packages() throws {
        let manifest = try flatten(Self.prelude).manifest
        #expect(manifest.packages == ["bar", "baz", "foo", "grub2", "grub2-tools"])
        #expect(manifest.ref == "exampleos/x86_64/blah")
        #expect(try flatten(Self.prelude, basearch: "s390x").manifest.packages == ["bar", "baz", "foo", "zipl"])
    }

    @Test("JSON has comments in unknown keys, YAML has not")
    func unknownKeys() throws {
        let json = #"{"ref": "a", "comment-packages": "why", "packages": ["foo"], "packages-x86_64": ["grub2"]}"#
        #expect(try flatten(json, name: "host.json").manifest.packages == ["foo", "grub2"])
        #expect(try flatten("{}", name: "host.json").manifest == flatten("{}").manifest)
        #expect(
            try failure("ref: a\npacakges:\n - foo\n")
                == "manifest.yaml:2:1: unknown key 'pacakges'; did you mean 'packages'?")
        #expect(
            try failure("ref: a\nsomething-else: 1\nmore: 2\n")
                == "manifest.yaml:2:1: unknown key 'something-else'; remove it or correct its name (also unknown: more)"
        )
    }

    @Test(
        "A value of the wrong kind names file, line, column and key",
        arguments: [
            (
                "ref: a\nautomatic-version-prefix: 36\n",
                "manifest.yaml:2:27: key 'automatic-version-prefix': expected a text, found the number 36; put it in quotes"
            ),
            ("selinux: yes\n", "manifest.yaml:1:10: key 'selinux': expected true or false, found the text 'yes'"),
            ("packages: foo\n", "manifest.yaml:1:11: key 'packages': expected a list, found the text 'foo'"),
            ("packages-x86_64: foo\n", "manifest.yaml:1:18: Invalid field packages-x86_64: expected array of strings"),
            (
                "packages-hal9000: [1]\n",
                "manifest.yaml:1:19: Invalid field packages-hal9000: expected array of strings"
            ),
            (
                "boot-location: both\n",
                "manifest.yaml:1:16: key 'boot-location': unknown value 'both'; use one of new, modules, kernel-install"
            ),
            (
                "packages: ['''foo >= 1']\n",
                "manifest.yaml:1:12: key 'packages': missing terminating quote in \"'foo >= 1\"; close it with '"
            ),
            ("install_langs: [de]\n", "manifest.yaml:1:1: unknown key 'install_langs'; did you mean 'install-langs'?"),
            (
                "add-files: [[a, /usr/local/a]]\n",
                "manifest.yaml:1:13: Unsupported path in add-files: /usr/local/a; use a path below /usr (not /usr/local) or /etc"
            ),
            (
                "remove-files: [/usr/a]\n",
                "manifest.yaml:1:16: Invalid absolute path: /usr/a; remove-files takes paths without a leading /"
            ),
            (
                "remove-files: [usr/../a]\n",
                "manifest.yaml:1:16: Invalid '..' in path: usr/../a; remove-files takes plain paths"
            ),
            (
                "automatic-version-suffix: ab\n",
                "manifest.yaml:1:27: Invalid automatic-version-suffix, must be exactly one ASCII character"
            ),
            (
                "gpg_key: a\ngpg-key: b\n",
                "manifest.yaml:1:1: Cannot use new and legacy forms of gpg_key; keep 'gpg-key'"
            ),
            (
                "variables: {releasever: 1}\n",
                "manifest.yaml:1:13: cannot define reserved variable 'releasever'; it is set by the key 'releasever'"
            ),
            (
                "basearch: aarch64\n",
                "manifest.yaml:1:1: Invalid basearch aarch64 on x86_64: cross-composes are not supported"
            ),
            (
                "override-remove: [foo]\n",
                "manifest.yaml:1:1: the following derivation fields are not supported: override-remove; they belong to an installed system, remove them"
            ),
            (
                "machineid-compat: false\nunits: [a.service]\n",
                "manifest.yaml: 'units' directive is incompatible with machineid-compat = false; use presets for units"
            ),
            ("packages: [a\n", "manifest.yaml:2:1: is not valid YAML or JSON: did not find expected ',' or ']'"),
            (
                "ref: a\nref: b\n",
                "manifest.yaml:1:1: is not valid YAML or JSON: the key 'ref' is there more than once; keep one"
            ),
        ])
    func mistakes(text: String, message: String) throws {
        let found = try failure(text)
        let isDuplicate = text.hasPrefix("ref: a\nref")
        #expect(isDuplicate ? found.contains("the key 'ref' is there more than once") : found == message)
    }

    @Test("The release version may be a number or a text")
    func releaseVersion() throws {
        for text in ["releasever: 30", "releasever: \"30\""] {
            let manifest = try flatten("\(text)\nref: os/${releasever}/${basearch}/${unknown}\n").manifest
            #expect(manifest.releaseVersion == "30")
            #expect(manifest.ref == "os/30/x86_64/${unknown}")
        }
    }

    @Test("Old names of keys still work")
    func legacyNames() throws {
        let manifest = try flatten(
            "gpg_key: k\nboot_location: new\ndefault_target: t\nautomatic_version_prefix: p\nbootstrap_packages: [a]\n"
        ).manifest
        #expect(manifest.gpgKey == "k")
        #expect(manifest.bootLocation == .new)
        #expect(manifest.defaultTarget == "t")
        #expect(manifest.automaticVersionPrefix == "p")
        #expect(manifest.packages == ["a"])
    }

    @Test("Edition and container imply defaults that can be overridden")
    func impliedDefaults() throws {
        let modern = try flatten("edition: \"2024\"\n").manifest
        #expect(modern.bootLocation == .modules)
        #expect(modern.tmpIsDir == true)
        #expect(try flatten("edition: \"2024\"\ntmp-is-dir: false\n").manifest.tmpIsDir == false)
        let container = try flatten("container: true\n").manifest
        #expect(container.selinux == false)
        #expect(container.checkPasswd?.kind == AccountCheck.Kind.none)
    }

    @Test("The JSON form holds what was given and reads back the same")
    func roundTrip() throws {
        let manifest = try flatten(
            """
            ref: a
            packages: [b, 'c d']
            repo-packages: [{repo: r, packages: [x]}]
            variables: {v: 1}
            check-groups: {type: data, entries: {wheel: 10}}
            add-commit-metadata: {n: [1, 2.5, null, true]}
            remove-from-packages: [[p, /usr/.*]]
            selinux: false
            releasever: 9
            """
        ).manifest
        let json = try manifest.json.compactJSON
        #expect(
            json == #"{"add-commit-metadata":{"n":[1,2.5,null,true]},"basearch":"x86_64","#
                + #""check-groups":{"entries":{"wheel":10},"type":"data"},"packages":["b","c","d"],"ref":"a","#
                + #""releasever":9,"remove-from-packages":[["p","/usr/.*"]],"#
                + #""repo-packages":[{"packages":["x"],"repo":"r"}],"selinux":false}"#)
        var decoded = try JSONDecoder().decode(Manifest.self, from: Data(json.utf8))
        decoded.variables = manifest.variables
        #expect(decoded == manifest)
    }
}

@Suite("Package specs")
struct PackageSpecsTests {
    @Test(
        "Specs are split at spaces unless they are quoted",
        arguments: [
            ("foo", ["foo"]),
            ("  foo\tbar \n baz ", ["foo", "bar", "baz"]),
            ("'foobar >= 1.0'", ["foobar >= 1.0"]),
            ("'foobar >= 1.0' 'quuz < 0.5' 'corge > 2'", ["foobar >= 1.0", "quuz < 0.5", "corge > 2"]),
            ("foobar >= 1.0 quuz", ["foobar", ">=", "1.0", "quuz"]),
            ("foo 'corge > 2' bar", ["foo", "corge > 2", "bar"]),
            ("'a b'c", ["a b", "c"]),
            ("", []),
        ])
    func splitting(entry: String, specs: [String]) throws {
        #expect(try PackageSpecs.split(entry) == specs)
    }

    @Test("An open quote is an error", arguments: ["'foo >= 1.0 bar", "'foobar >= 1.0' 'quuz", "foo '"])
    func openQuote(entry: String) {
        #expect(throws: PackageSpecs.UnbalancedQuote.self) { try PackageSpecs.split(entry) }
    }
}
