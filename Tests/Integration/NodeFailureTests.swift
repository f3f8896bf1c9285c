import Foundation
import HostSystem
import SystemPackage
import TestSupport
import Testing

/// The last line of each failure of `cosa buildextend-node` that a user can cause, and that it leaves `builds/` as it was.
@Suite struct NodeFailureTests {
    private func expectFailure(
        _ node: NodeWorkspace, _ arguments: [String] = [], status: Int32 = 1, lastLine: String,
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        let before = try node.workspace.buildsDigest()
        let run = try await node.workspace.cosa(["buildextend-node"] + arguments)
        let line = run.lastLine.replacing(node.workspace.root.path.string, with: "ROOT")
        #expect(run.status == status, "\(run.output.text)", sourceLocation: sourceLocation)
        #expect(line == lastLine, sourceLocation: sourceLocation)
        #expect(try node.workspace.buildsDigest() == before, sourceLocation: sourceLocation)
    }

    @Test func aTreefileThatAsksForWhatCannotBeAppliedIsRefusedWithItsPlace() async throws {
        let node = try await NodeWorkspace(
            treefile: NodeWorkspace.treefile(extra: ["", "documentation: false", "units: [x.service]"]))
        let hint =
            "it belongs into the treefile that the base is composed from (here there may be packages, repos, recommends, "
            + "postprocess, variables, metadata, releasever, repovars and includes)"
        try await expectFailure(
            node,
            lastLine: "error: ROOT/work/src/config/node/manifest.yaml:5:1: key 'documentation' cannot be applied to an "
                + "image: \(hint)")
        try node.workspace.write(
            "packages: [plug]\nconditional-include:\n  - if: osversion != \"other\"\n    include:\n      selinux: false\n",
            to: "node/manifest.yaml")
        try await expectFailure(
            node,
            lastLine:
                "error: ROOT/work/src/config/node/manifest.yaml:5:7: key 'selinux' cannot be applied to an image: "
                + hint)
        try node.workspace.write("packages: [plug]\nrepoes: [extra]\n", to: "node/manifest.yaml")
        try await expectFailure(
            node,
            lastLine: "error: ROOT/work/src/config/node/manifest.yaml:2:1: unknown key 'repoes'; did you mean 'repos'?")
    }

    @Test func aPackageThatNeedsAnotherVersionOfTheBaseNamesBothAndWhatToDo() async throws {
        var newer = NodeWorkspace.held
        newer.version = "2.0"
        let node = try await NodeWorkspace(
            extras: [newer, RPMFixture("greedy", preamble: ["Requires: held >= 2"])],
            treefile: NodeWorkspace.treefile(packages: ["greedy"]))
        let hint =
            "; the base holds held-1.0-1.noarch: ask for packages that fit, or build the base with other versions and "
            + "add to that one"
        try await expectFailure(
            node,
            lastLine: "error: cannot resolve the packages of the manifest: cannot install both held-2.0-1.noarch and "
                + "held-1.0-1.noarch; package greedy-1.0-1.noarch requires held >= 2, but none of the providers can be "
                + "installed" + hint)
    }

    @Test func packagesThatWouldRemoveOneOfTheBaseAreRefused() async throws {
        let node = try await NodeWorkspace(
            extras: [
                RPMFixture("successor", preamble: ["Obsoletes: held < 2"]),
                RPMFixture("enemy", preamble: ["Conflicts: held"]),
            ], treefile: NodeWorkspace.treefile(packages: ["successor"]))
        let hint =
            "; the base holds held-1.0-1.noarch: ask for packages that fit, or build the base with other versions and "
            + "add to that one"
        try await expectFailure(
            node,
            lastLine:
                "error: cannot resolve the packages of the manifest: package successor-1.0-1.noarch obsoletes held < "
                + "2 provided by held-1.0-1.noarch" + hint)
        try node.workspace.write(NodeWorkspace.treefile(packages: ["enemy"]), to: "node/manifest.yaml")
        try await expectFailure(
            node,
            lastLine:
                "error: cannot resolve the packages of the manifest: package enemy-1.0-1.noarch conflicts with held "
                + "provided by held-1.0-1.noarch" + hint)
    }

    @Test func anUnknownBaseIsSaidWhereTheTreefileNamesARepositoryThatDoesNotExist() async throws {
        let node = try await NodeWorkspace(
            treefile: """
                packages: [plug]
                conditional-include:
                  - if: osversion != "rhel-9.6"
                    include:
                      repos: [ENOEXIST]
                """)
        try await expectFailure(
            node,
            lastLine:
                "error: ROOT/work/src/config/node/manifest.yaml: Unknown rpm-md repository: ENOEXIST; the .repo files "
                + "define extra, tiny, add it or correct the manifest; the treefile was read for osversion \"tiny-1\" (the "
                + "base's os-release, or --var osversion=…): does it know that one?")
    }

    @Test func filesAndKernelsOfTheBaseAreNotReplaced() async throws {
        let node = try await NodeWorkspace(
            extras: [
                RPMFixture("thief", files: [.init("/usr/share/held/data", .regular("mine\n"))]),
                RPMFixture("kernel2", files: [.init("/usr/lib/modules/9.9/vmlinuz", .regular("k"))]),
            ], treefile: NodeWorkspace.treefile(packages: ["thief"]))
        try await expectFailure(
            node,
            lastLine: "error: held-1.0-1.noarch of the base and thief-1.0-1.noarch both own /usr/share/held/data, with "
                + "different content or permissions; remove one with remove-from-packages")
        try node.workspace.write(NodeWorkspace.treefile(packages: ["kernel2"]), to: "node/manifest.yaml")
        try await expectFailure(
            node,
            lastLine:
                "error: package kernel2-1.0-1.noarch brings the kernel 9.9, and the base has its own: add the kernel to "
                + "the base's treefile instead")
    }

    @Test func scriptsAndLocksFailWithTheirCause() async throws {
        let node = try await NodeWorkspace(
            extras: [RPMFixture("bad", scriptlets: ["post": "echo it is broken >&2\nexit 3"])],
            treefile: NodeWorkspace.treefile(packages: ["bad"]))
        try await expectFailure(node, lastLine: "error: %post of bad failed with status 3: it is broken")
        try await expectFailure(
            node, ["--strict"],
            lastLine: "error: packages not found in the enabled repositories (extra): bad (not locked, and the lock is "
                + "strict); correct the names or add the repository that has them")
    }

    @Test func wrongArgumentsAndMissingFilesAreNamed() async throws {
        let node = try await NodeWorkspace()
        try await expectFailure(
            node, ["--var", "osversion"], status: 64,
            lastLine: "error: --var osversion: it must be NAME=VALUE, such as --var osversion=rhel-9.6")
        try await expectFailure(
            node, ["--var", "basearch=s390x"], status: 64,
            lastLine: "error: --var basearch=s390x: cannot define reserved variable 'basearch'")
        try await expectFailure(
            node, ["--from", "no.ociarchive"],
            lastLine: "error: no.ociarchive is no image reference: it must begin with oci-archive:, oci:, docker:// or "
                + "containers-storage:")
        try await expectFailure(
            node, ["--from", "oci-archive:no.ociarchive"],
            lastLine: "error: cannot open no.ociarchive: No such file or directory")
        try await expectFailure(
            node, ["--manifest", "missing.yaml"],
            lastLine:
                "error: there is no treefile ROOT/work/missing.yaml to make a node image with; write one, or name one "
                + "with --manifest")
    }
}
