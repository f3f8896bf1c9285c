import Foundation
import HostSystem
import TestSupport
import Testing

/// The last line of each failure that a user can cause, and that it leaves `builds/` as it was.
@Suite struct FailureTests {
    private func expectFailure(
        _ workspace: Workspace, _ arguments: [String] = ["build"], lastLine: String,
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        let before = try workspace.buildsDigest()
        let run = try await workspace.cosa(arguments)
        // What differs from run to run: the place, curl's stopwatch, the time and id of a signing key.
        let line = run.lastLine.replacing(workspace.root.path.string, with: "ROOT")
            .replacing(/after \d+ ms/, with: "after N ms").replacing(/RSA\/SHA512, [^)]*\)/, with: "RSA/SHA512, …)")
        #expect(run.status == 1, "\(run.output.text)", sourceLocation: sourceLocation)
        #expect(line == lastLine, sourceLocation: sourceLocation)
        #expect(try workspace.buildsDigest() == before, sourceLocation: sourceLocation)
    }

    @Test func anUnknownTreefileKeyIsNamedWithFileAndLine() async throws {
        let workspace = try await Workspace()
        try workspace.write(TinyOS.manifest(extra: ["recomends: true"]), to: "manifest.yaml")
        try await expectFailure(
            workspace,
            lastLine:
                "error: ROOT/work/src/config/manifest.yaml:11:1: unknown key 'recomends'; did you mean 'recommends'?")
    }

    @Test func allPackagesThatDoNotExistAreInOneMessage() async throws {
        let workspace = try await Workspace(manifest: TinyOS.manifest(packages: ["no-such-a", "no-such-b"]))
        try await expectFailure(
            workspace,
            lastLine:
                "error: packages not found in the enabled repositories (tiny): no-such-a, no-such-b; "
                + "correct the names or add the repository that has them")
    }

    @Test func anUnsatisfiableDependencyIsExplained() async throws {
        let broken = RPMFixture("broken", preamble: ["Requires: nobody-provides-this >= 2"])
        let workspace = try await Workspace(packages: [broken], manifest: TinyOS.manifest(packages: ["broken"]))
        try await expectFailure(
            workspace,
            lastLine:
                "error: cannot resolve the packages of the manifest: nothing provides nobody-provides-this >= 2 "
                + "needed by broken-1.0-1.noarch")
    }

    @Test func anUnreachableRepositoryIsNamedWithItsURL() async throws {
        let workspace = try await Workspace()
        try workspace.write(
            "[tiny]\nname=tiny\nbaseurl=http://127.0.0.1:9/repo/\nenabled=1\ngpgcheck=0\n", to: "tiny.repo")
        try await expectFailure(
            workspace,
            lastLine:
                "error: repository tiny (http://127.0.0.1:9/repo/) cannot be fetched: Curl error (7): Couldn't connect to server "
                + "for http://127.0.0.1:9/repo/repodata/repomd.xml [Failed to connect to 127.0.0.1 port 9 after N ms: "
                + "Couldn't connect to server]; check the URL in ROOT/work/src/config/tiny.repo")
    }

    @Test func aPackageWithAnotherKeysSignatureIsRefused() async throws {
        let key = try await SigningKey()
        let workspace = try await Workspace(key: key)
        let other = try await SigningKey(name: "Another Key <other@example.com>")
        let package = workspace.repository.path.appending("Packages/tiny-release-1.0-1.noarch.rpm")
        try await other.sign(packages: [package])
        try await workspace.repository.index()
        try await expectFailure(
            workspace,
            lastLine:
                "error: package tiny-release-1.0-1.noarch from tiny: signature (RSA/SHA512, …) not made by a key of "
                + "gpgkey=file://\(key.publicKey); add the key or re-sign it")
    }

    @Test func aPackageThatIsNotWhatTheMetadataSaysIsRefused() async throws {
        let workspace = try await Workspace()
        let package = workspace.repository.path.appending("Packages/tiny-release-1.0-1.noarch.rpm")
        let expected = try Digest.ofFile(package)
        let handle = try FileHandle(forUpdating: URL(fileURLWithPath: package.string))
        try handle.seekToEnd()
        try handle.seek(toOffset: try handle.offset() - 1)
        try handle.write(contentsOf: Data([0x55]))
        try handle.close()
        let found = try Digest.ofFile(package)
        try await expectFailure(
            workspace,
            lastLine:
                "error: package tiny-release-1.0-1.noarch from tiny: checksum sha256:\(expected) expected, \(found) found; "
                + "run cosa fetch")
    }

    @Test func aFailingScriptletIsNamedWithItsOutput() async throws {
        let failing = RPMFixture(
            "failing", files: [.init("/usr/share/failing", .regular("x"))],
            scriptlets: ["post": "echo the database is gone >&2\nexit 4\n"])
        let workspace = try await Workspace(packages: [failing], manifest: TinyOS.manifest(packages: ["failing"]))
        try await expectFailure(
            workspace,
            lastLine:
                "error: %post of failing failed with status 4: the database is gone")
    }

    @Test func aDiskThatIsTooSmallSaysWhatItNeeds() async throws {
        let workspace = try await Workspace(image: "size: 1\nrootfs: ext4\n")
        let big = try workspace.root.write("", to: "work/overrides/rootfs/usr/share/big")
        try FileHandle(forWritingTo: URL(fileURLWithPath: big.string)).truncate(atOffset: 700 << 20)
        try await workspace.cosa("build").succeeded()
        try await expectFailure(
            workspace, ["buildextend-qemu"],
            lastLine:
                "error: disk too small: the content needs 1366 MiB and image.yaml gives 1024 MiB; "
                + "raise `size` in image.yaml to at least 2 (GiB)")
    }

    @Test func aDirectoryThatIsNoWorkingDirectoryIsNamed() async throws {
        let workspace = try await Workspace()
        try FileContent.remove(workspace.work.appending("src/config"))
        try await expectFailure(
            workspace,
            lastLine:
                "error: ROOT/work is not a working directory: src/config is missing; "
                + "run `cosa init CONFIG` in an empty one")
    }
}
