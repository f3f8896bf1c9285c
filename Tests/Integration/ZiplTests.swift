import Builds
import Foundation
import HostSystem
import SystemPackage
import TestSupport
import Testing

/// Images for s390x, made by the command from a build that says it is one.
@Suite struct ZiplTests {
    private func workspace() async throws -> (Workspace, BuildStore) {
        let workspace = try await Workspace(image: "size: 2\nrootfs: ext4\n")
        try await workspace.cosa("build", "--version", "1").succeeded()
        let build = workspace.builds.appending("1")
        try FileManager.default.copyItem(
            atPath: build.appending("x86_64").string, toPath: build.appending("s390x").string)
        for path in [build.appending("s390x/meta.json"), workspace.builds.appending("builds.json")] {
            let text = String(decoding: try FileContent.read(path), as: UTF8.self)
            try FileManager.default.removeItem(atPath: path.string)
            try AtomicFile.write(Array(text.replacing("\"x86_64\"", with: "\"s390x\"").utf8), to: path)
        }
        return (workspace, BuildStore(WorkingDirectory(root: workspace.work)))
    }

    @Test func withoutAHookItIsSaidThatTheImageDoesNotBoot() async throws {
        let (workspace, store) = try await workspace()
        let run = try await workspace.cosa("osbuild", "metal", "--arch", "s390x").succeeded()
        #expect(
            run.output.text.contains(
                "metal does not boot before zipl has written its boot record: name a program that runs zipl in "
                    + "COSA_ZIPL_HOOK (docs/boot-loaders.md)\n"))
        let image = try store.artifact("metal", of: "1", arch: "s390x")
        let hook = try workspace.root.write(
            "#!/bin/sh\ndisk=$(jq -r .disk)\nprintf zIPL | dd of=\"$disk\" conv=notrunc status=none\n", to: "hook",
            mode: 0o755)
        let again = try await workspace.cosa(
            "osbuild", "metal", "--arch", "s390x", "--force", environment: ["COSA_ZIPL_HOOK": hook.string]
        ).succeeded()
        #expect(!again.output.text.contains("does not boot"))
        #expect(try FileContent.read(image).starts(with: Array("zIPL".utf8)))
        let missing = try await workspace.cosa(
            "osbuild", "metal", "--arch", "s390x", "--force", environment: ["COSA_ZIPL_HOOK": "zipl"])
        #expect(missing.status == 1)
        #expect(missing.lastLine == "error: COSA_ZIPL_HOOK: zipl is not the absolute path of a program")
    }

    @Test func secureExecutionSaysWhatItTakes() async throws {
        let (workspace, _) = try await workspace()
        for name in ["buildextend-secex", "buildextend-qemu-secex"] {
            let run = try await workspace.cosa(name, "--arch", "s390x")
            #expect(run.status == 1)
            #expect(
                run.lastLine.hasPrefix(
                    "error: qemu-secex images cannot be made here: they need an IBM Z machine with Secure Execution "))
        }
        let file = try await workspace.cosa("buildextend-secex", "--arch", "s390x", "--genprotimgvm", "/no/vm.qcow2")
        #expect(file.lastLine == "error: cannot use for --genprotimgvm /no/vm.qcow2: there is no such file")
    }
}
