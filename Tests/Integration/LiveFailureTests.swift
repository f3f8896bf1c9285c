import HostSystem
import Pipeline
import SystemPackage
import TestSupport
import Testing

/// What is wrong with a configuration for live images is said before the long part.
@Suite(.serialized) struct LiveFailureTests {
    private static let unequal = LiveWorkspace.isolinux.replacing("####", with: "#####")

    @Test(arguments: [
        (
            [:],
            "a live image needs one live/EFI/<vendor>/grub.cfg in the configuration, and the build's commit has none; see "
                + "docs/live.md, and build anew"
        ),
        (
            ["EFI/tiny/grub.cfg": LiveWorkspace.grub, "isolinux/isolinux.cfg": unequal],
            "live/isolinux/isolinux.cfg of the configuration: its kernel arguments must be those of "
                + "live/EFI/tiny/grub.cfg, with as many signs # after them"
        ),
    ])
    func aConfigurationThatCannotBeUsed(live: [String: String], message: String) async throws {
        let workspace = try await LiveWorkspace(live: live).workspace
        let run = try await workspace.cosa("buildextend-live")
        #expect(run.status == 1)
        #expect(run.lastLine == "error: \(message)")
        #expect(!FileContent.exists(workspace.work.appending("tmp/disk/live")))
        if live.isEmpty { #expect(!FileContent.exists(workspace.work.appending("tmp/disk"))) }
    }

    @Test func anUnknownFilesystemHasItsPlace() async throws {
        let workspace = try await LiveWorkspace().workspace
        try workspace.write("size: 2\nrootfs: ext4\nlive-rootfs-fstype: ext4\n", to: "image.yaml")
        let run = try await workspace.cosa("build", "--force")
        #expect(run.status == 1)
        let place = "\(workspace.work)/src/config/image.yaml:3:21: key 'live-rootfs-fstype'"
        #expect(run.lastLine == "error: \(place): expected squashfs or erofs, found the text 'ext4'")
    }

    @Test func tooLittleRoomIsSaid() async throws {
        let live = try await LiveWorkspace()
        try await live.workspace.cosa("osbuild", "metal", "metal4k").succeeded()
        let step = LiveStep(
            live.store.directory, basearch: "x86_64", toolVersion: "1", reporter: .silent, freeSpace: 5 << 20)
        let error = await #expect(throws: FreeSpaceError.self) { try await step.run(build: nil, force: false) }
        #expect(error?.description.hasPrefix("live needs about ") == true)
    }
}
