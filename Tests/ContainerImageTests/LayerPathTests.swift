import Testing

@testable import ContainerImage

/// The cases are those of ostree-ext (`src/tar/write.rs`, `src/refescape.rs`) where it has them.
@Suite struct LayerPathTests {
    @Test(arguments: [
        ("/usr/bin/blah", "usr/bin/blah"), ("usr/bin/blah", "usr/bin/blah"), ("./usr/bin/blah", "usr/bin/blah"),
        ("usr///share/.//blah", "usr/share/blah"), ("var/lib/blah", "var/lib/blah"), ("./", ""), ("/", ""),
        ("etc", "usr/etc"), ("etc/blah", "usr/etc/blah"), ("./etc/blah", "usr/etc/blah"), ("/etc/", "usr/etc"),
        ("etcc", "etcc"), ("etcc/blah", "etcc/blah"), ("usr/etc/blah", "usr/etc/blah"), ("dev", "dev"),
        ("/proc", "proc"), ("run/", "run"), ("boot", "boot"), ("opt/puppet/blah", "opt/puppet/blah"),
        ("etc/.wh.passwd", "usr/etc/.wh.passwd"), (".wh.etc", "usr/.wh.etc"), (".wh.opt", ".wh.opt"),
        ("usr/..data/x", "usr/..data/x"),
    ])
    func pathsAreThoseOfACommit(path: String, expected: String) throws {
        #expect(try LayerPath.normalize(path)?.joined(separator: "/") == expected)
    }

    @Test(arguments: ["run/lock", "/tmp/x", "./proc/1", "sys/fs", "dev/null", "sysroot/ostree/repo/config"])
    func whatTheRuntimeFillsIsLeftOut(path: String) throws { #expect(try LayerPath.normalize(path) == nil) }

    @Test(arguments: ["usr/foo/../../bar", "../etc/shadow", "usr/..", "/../x"])
    func pathsThatLeaveTheTreeAreErrors(path: String) {
        #expect(throws: InvalidPath.self) { try LayerPath.normalize(path) }
        #expect("\(InvalidPath(path))" == "Invalid path: \(path)")
    }

    @Test(arguments: [
        ("", ""), ("foo", "foo"), ("foo/bar/baz", "foo/bar/baz"), ("foo/", "foo_2F_"), ("/foo", "_2F_foo"),
        ("foo//bar", "foo/_2F_bar"), ("_", "__"), ("a_b-c", "a__b-c"), ("sha256:0abc", "sha256_3A_0abc"),
        ("docker://quay.io/os:latest", "docker_3A__2F__2F_quay_2E_io/os_3A_latest"), ("\u{e9}", "_E9_"),
        ("a\tb", "a_09_b"),
    ])
    func refsAreEscapedAsUpstreamDoes(text: String, expected: String) { #expect(RefEscape.escape(text) == expected) }

    @Test func whiteoutsNameWhatTheyRemove() {
        #expect(Whiteout.removed(by: ".wh.passwd") == "passwd")
        #expect(Whiteout.removed(by: Whiteout.opaque) == nil)
        #expect(Whiteout.removed(by: "passwd") == nil)
        #expect(Whiteout.removed(by: ".wh..hidden") == ".hidden")
    }
}
