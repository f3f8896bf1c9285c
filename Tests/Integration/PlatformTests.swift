import Builds
import DiskImage
import Foundation
import HostSystem
import Pipeline
import SystemPackage
import TestSupport
import Testing

/// Images of several platforms, made by the command.
@Suite struct PlatformTests {
    private static let image = """
        size: 2
        rootfs: ext4
        aws-x86-boot-mode: uefi
        aws-imdsv2-only: true
        aws-volume-type: gp2

        """

    private func workspace() async throws -> (Workspace, BuildStore) {
        let workspace = try await Workspace(image: Self.image)
        try await workspace.cosa("build", "--version", "1").succeeded()
        return (workspace, BuildStore(WorkingDirectory(root: workspace.work)))
    }

    /// A program that is found instead of another one.
    private func replace(_ program: String, by script: String, in workspace: Workspace) throws -> [String: String?] {
        try workspace.root.write("#!/bin/sh\n\(script)\n", to: "bin/\(program)", mode: 0o755)
        let path = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin"
        return ["PATH": "\(workspace.root.appending("bin")):\(path)"]
    }

    @Test func severalAtOnceAreEachPublishedAndReadOnly() async throws {
        let (workspace, store) = try await workspace()
        let run = try await workspace.cosa("osbuild", "aws", "qemu", "gcp", "kubevirt", "qemu").succeeded()
        for platform in ["aws", "gcp", "kubevirt", "qemu"] {
            #expect(run.output.text.contains("Will build \(platform)\n"))
            let path = try store.artifact(platform, of: "1", arch: "x86_64")
            let artifact = try #require(try store.metadata("1", arch: "x86_64").images[platform])
            #expect(try Digest.ofFile(path) == artifact.sha256)
            #expect(artifact.skipCompression == (["gcp", "kubevirt"].contains(platform) ? true : nil))
            let mode = try FileManager.default.attributesOfItem(atPath: path.string)[.posixPermissions]
            #expect(mode as? Int == 0o444)
            #expect(run.output.text.contains("Successfully generated: \(path)"))
        }
        #expect(FileContent.names(in: workspace.work.appending("tmp/disk/derive")).isEmpty)
        let again = try await workspace.cosa("osbuild", "qemu", "aws").succeeded().output.text
        #expect(again.contains("qemu image already exists: "))
        #expect(again.contains("Removing aws from list of platforms to build"))
        #expect(again.contains("All requested platforms have already been built"))
        try await checkContainerDisk(store)
        try checkImport(store)
    }

    @Test func disksOfLargeSectorsHaveARawImageOfTheirOwn() async throws {
        let (workspace, store) = try await workspace()
        try await workspace.cosa("osbuild", "metal", "metal4k").succeeded()
        for (platform, sectorSize) in [("metal", 512), ("metal4k", 4096)] {
            let path = try store.artifact(platform, of: "1", arch: "x86_64")
            #expect(path.string.hasSuffix("-\(platform).x86_64.raw"))
            let table = try await Command("fdisk", ["-b", "\(sectorSize)", "-l", path.string]).run().text
            #expect(table.contains("Disklabel type: gpt") && table.contains("EFI System"))
        }
    }

    private func checkContainerDisk(_ store: BuildStore) async throws {
        let archive = try store.artifact("kubevirt", of: "1", arch: "x86_64")
        let inspected = try await Command("skopeo", ["inspect", "oci-archive:\(archive)"]).run().text
        #expect(inspected.contains("\"version\": \"1\"") && inspected.contains("\"Architecture\": \"amd64\""))
        let listing = try await Command(
            "python3",
            [
                "-c",
                """
                import json, sys, tarfile
                archive = tarfile.open(sys.argv[1])
                def blob(d): return archive.extractfile("blobs/" + d["digest"].replace(":", "/"))
                manifest = json.load(blob(json.load(archive.extractfile("index.json"))["manifests"][0]))
                for member in tarfile.open(fileobj=blob(manifest["layers"][0])):
                    print(member.name, oct(member.mode), member.uid, member.gid)
                    if member.isfile():
                        print(tarfile.open(fileobj=blob(manifest["layers"][0])).extractfile(member.name).read(3))
                """, archive.string,
            ]
        ).run().text
        let name = try #require(archive.stem).replacing(".ociarchive", with: "")
        #expect(listing == "disk 0o755 107 107\ndisk/\(name).qcow2 0o444 107 107\nb'QFI'")
    }

    private func checkImport(_ store: BuildStore) throws {
        let value = try #require(try store.sideFile("1", arch: "x86_64")["aws-import"])
        #expect(
            value.compact
                == #"{"disk-format":"VMDK","register-image":{"Architecture":"x86_64","BlockDeviceMappings":"#
                + #"[{"DeviceName":"/dev/xvda","Ebs":{"DeleteOnTermination":true,"VolumeSize":2,"VolumeType":"gp2"}},"#
                + #"{"DeviceName":"/dev/xvdb","VirtualName":"ephemeral0"}],"BootMode":"uefi","EnaSupport":true,"#
                + #""ImdsSupport":"v2.0","RootDeviceName":"/dev/xvda","SriovNetSupport":"simple","#
                + #""VirtualizationType":"hvm"}}"#)
    }

    @Test func onePlatformThatFailsIsNamedAndDoesNotLoseTheOthers() async throws {
        let (workspace, store) = try await workspace()
        let environment = try replace("qemu-img", by: "echo out of ink >&2; exit 3", in: workspace)
        let run = try await workspace.cosa(["osbuild", "qemu", "aws", "openstack"], environment: environment)
        #expect(run.status == 1)
        #expect(run.lastLine.hasPrefix("error: aws: qemu-img failed with status 3: out of ink; made: openstack, qemu"))
        #expect(Set(try store.metadata("1", arch: "x86_64").imageNames).isSuperset(of: ["openstack", "qemu"]))
        #expect(try store.metadata("1", arch: "x86_64").images["aws"] == nil)
        #expect(partialFiles(store).isEmpty)
    }

    @Test func whatAKilledRunLeavesIsNotListedAndGoesWithTheNextRun() async throws {
        let (workspace, store) = try await workspace()
        let environment = try replace(
            "qemu-img", by: "for last; do :; done; echo half >\"$last\"; kill -9 $PPID", in: workspace)
        let killed = try await workspace.cosa(["osbuild", "hyperv"], environment: environment)
        #expect(killed.status == 128 + SIGKILL)
        #expect(try store.metadata("1", arch: "x86_64").images["hyperv"] == nil)
        #expect(!partialFiles(store).isEmpty)
        #expect(!FileContent.names(in: workspace.work.appending("tmp/disk/derive")).isEmpty)
        try await workspace.cosa("osbuild", "openstack").succeeded()
        #expect(partialFiles(store).isEmpty)
        #expect(FileContent.names(in: workspace.work.appending("tmp/disk/derive")).isEmpty)
    }

    private func partialFiles(_ store: BuildStore) -> [String] {
        FileContent.names(in: store.path("1", arch: "x86_64")).filter { $0.hasSuffix(".partial") }
    }

    @Test func tooLittleRoomIsSaidBeforeAnythingIsMade() async throws {
        let (workspace, store) = try await workspace()
        let step = DiskStep(
            store.directory, basearch: "x86_64", toolVersion: "1", reporter: .silent,
            freeSpace: 5 << 20)
        let error = await #expect(throws: FreeSpaceError.self) {
            try await step.run(platforms: ["qemu", "azure"], build: nil, force: false)
        }
        let text = try #require(error?.description)
        #expect(text.hasPrefix("qemu, azure needs about "))
        #expect(text.contains(" MiB in \(store.path("1", arch: "x86_64")), which has 5.0 MiB free: "))
        #expect(text.hasSuffix(" MiB are missing; make room there (`cosa prune` removes old builds)"))
        #expect(!FileContent.exists(workspace.work.appending("tmp/disk/raw.img")))
    }

    @Test func platformsAreListed() async throws {
        let workspace = try await Workspace(image: Self.image)
        let names = try await workspace.cosa("osbuild", "--supported-platforms").succeeded().output.text
        let lines = names.split(separator: "\n").map(String.init)
        #expect(lines.contains("virtualbox") && !lines.contains("nvidiabluefield"))
        let table = try await workspace.cosa("platforms").succeeded().output.text
        #expect(table.hasPrefix("PLATFORM      FORMAT"))
        // A line for the head, and none for the live images, which are no disk.
        #expect(lines.last == "live" && table.split(separator: "\n").count == lines.count)
        let json = try await workspace.cosa("platforms", "--json", "--arch", "all").succeeded().output.standardOutput
        let list = try JSONDecoder().decode(PlatformList.self, from: Data(json))
        let bluefield = try #require(list.platforms.first { $0.name == "nvidiabluefield" })
        #expect(bluefield.suffix == "bfb" && bluefield.compression == "none" && bluefield.requires != nil)
        #expect(try await workspace.cosa("platforms", "--arch", "vax").status == 64)
        let other = try await workspace.cosa("buildextend-qemu-secex")
        #expect(other.lastLine.hasPrefix("error: there is no qemu-secex for x86_64: it is for s390x"))
    }
}
