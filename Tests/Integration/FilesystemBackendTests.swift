import Builds
import Foundation
import HostSystem
import SystemPackage
import TestSupport
import Testing

/// Images with a root filesystem that a kernel has to write, made by the command. A guest takes a while to start: btrfs
/// alone is in the fast tests.
@Suite(.serialized) struct FilesystemBackendTests {
    static var kinds: [String] {
        let names = ProcessInfo.processInfo.environment["COSA_TEST_FILESYSTEMS"] ?? "btrfs"
        return names.split(separator: " ").map(String.init)
    }

    private struct Record: Decodable {
        struct Image: Decodable {
            struct Partition: Decodable {
                let role: String
                let start: Int64
                let size: Int64
            }
            let partitions: [Partition]
        }
        let image: Image
    }

    /// The raw image of a working directory and where its root filesystem is.
    private func rawImage(_ work: FilePath) throws -> (file: FilePath, root: Record.Image.Partition?) {
        let folder = work.appending("tmp/disk")
        let record = try JSONDecoder().decode(Record.self, from: Data(FileContent.read(folder.appending("raw.json"))))
        return (folder.appending("raw.img"), record.image.partitions.first { $0.role == "root" })
    }

    @Test(arguments: kinds) func aUserWithoutPrivilegesMakesTheSameFiles(_ kind: String) async throws {
        let package = RPMFixture(
            "links",
            files: [
                .init("/usr/bin/pinged", .regular("ping"), mode: 0o755, directives: ["%caps(cap_net_raw=ep)"]),
                .init("/usr/bin/suid", .regular("suid"), mode: 0o4755),
            ])
        let workspace = try await Workspace(
            packages: [package], manifest: TinyOS.manifest(packages: ["links"]), image: "size: 2\nrootfs: \(kind)\n")
        try await workspace.cosa("build", "--version", "1").succeeded()
        let user = try await UnprivilegedUser(copying: workspace)
        let run = try await user.cosa("osbuild", "metal", "--verbose").succeeded()
        let said = run.output.text + run.output.standardError
        let how = "Writing the root filesystem (\(kind)) through"
        #expect(said.contains("\(how) libguestfs: a loop device cannot be used: this user is not root"))
        let root = try await workspace.cosa("osbuild", "metal", "--verbose").succeeded()
        #expect((root.output.text + root.output.standardError).contains("\(how) a loop device"))
        var listings: [[String]] = []
        for work in [user.work, workspace.work] {
            let (file, partition) = try rawImage(work)
            let root = try #require(partition)
            let filesystem = workspace.root.appending("filesystem.img")
            try await Command(
                "dd",
                [
                    "if=\(file)", "of=\(filesystem)", "iflag=skip_bytes,count_bytes", "skip=\(root.start)",
                    "count=\(root.size)", "bs=1M", "conv=sparse", "status=none",
                ]
            ).run()
            #expect(try await FilesystemListing.problems(filesystem, type: kind) == "")
            listings.append(
                try await FilesystemListing.of(file, type: kind, start: root.start, size: root.size))
        }
        #expect(listings[0] == listings[1])
        let text = listings[0].joined(separator: "\n")
        #expect(text.contains("security.capability=0x"))
        #expect(text.contains(try Regex("/usr/bin/suid -rwsr-xr-x 0:0 2 ")))
        #expect(text.contains(try Regex("----i[-m]+ \\./ostree/deploy/[^/]+/deploy/[0-9a-f]+\\.0\n")))
    }

    @Test func whatCannotBeWrittenSaysWhyAndWhatToDo() async throws {
        let workspace = try await Workspace(image: "size: 2\nrootfs: xfs\n")
        try await workspace.cosa("build", "--version", "1").succeeded()
        let user = try await UnprivilegedUser(copying: workspace)
        let start = "error: image.yaml: `rootfs: xfs` cannot be written here: "
        let noLoop = "a loop device cannot be used: this user is not root"
        let noGuest = "libguestfs cannot be used: cannot start libguestfs' virtual machine: "
        let end = "; or use `rootfs: ext4`, which needs neither"
        let forcedEnd = "; or use `--backend auto`, or `rootfs: ext4`, which needs neither"

        let forcedLoop = try await user.cosa("buildextend-metal", "--backend", "loop")
        #expect(forcedLoop.status == 1)
        #expect(forcedLoop.lastLine == "\(start)\(noLoop)\(forcedEnd)")

        let noAppliance = try await user.cosa("buildextend-metal", environment: ["LIBGUESTFS_PATH": "/nowhere"])
        #expect(noAppliance.status == 1)
        #expect(
            noAppliance.lastLine.hasPrefix(
                "\(start)\(noLoop); \(noGuest)cannot find any suitable libguestfs supermin"))
        #expect(noAppliance.lastLine.hasSuffix("unset LIBGUESTFS_PATH or install libguestfs0, which has it\(end)"))

        let noKernel = try await user.cosa(
            "osbuild", "metal", "--backend=libguestfs", hiding: ["/boot", "/lib/modules"])
        #expect(noKernel.status == 1)
        #expect(noKernel.lastLine.hasPrefix("\(start)\(noGuest)"))
        #expect(noKernel.lastLine.contains("supermin: failed to find a suitable kernel"))
        #expect(
            noKernel.lastLine.hasSuffix(
                "it needs a kernel in /boot that this user may read (`chmod +r /boot/vmlinuz-*`) with its modules in "
                    + "/lib/modules: install linux-image-cloud-amd64, or name them in SUPERMIN_KERNEL and SUPERMIN_MODULES"
                    + forcedEnd))

        let noEmulator = try await user.cosa(
            "osbuild", "metal", "--backend=libguestfs", environment: ["LIBGUESTFS_HV": "/nowhere/qemu"])
        #expect(noEmulator.status == 1)
        #expect(noEmulator.lastLine.hasPrefix("\(start)\(noGuest)"))
        #expect(noEmulator.lastLine.contains("/nowhere/qemu: No such file or directory; `libguestfs-test-tool` shows"))

        // Containers have no loop devices, not even for root.
        let noDevice = try await Command(
            "bwrap",
            ["--bind", "/", "/", "--dev", "/dev", Tool.path("cosa"), "osbuild", "metal", "--backend", "loop"],
            workingDirectory: workspace.work
        ).capture()
        let last = noDevice.standardError.split(whereSeparator: \.isNewline).last.map(String.init) ?? ""
        #expect(noDevice.status == 1)
        #expect(last.hasPrefix("\(start)a loop device cannot be used: losetup failed with status 1: losetup: cannot"))
        #expect(last.hasSuffix(forcedEnd))

        #expect(!FileContent.exists(user.work.appending("tmp/disk/raw.img")))
        let unknown = try await user.cosa("osbuild", "metal", "--backend", "nbd")
        #expect(unknown.status == 64)
        #expect(unknown.output.standardError.contains("'nbd' is invalid for '--backend <backend>'"))
    }
}
