import Builds
import Foundation
import HostSystem
import SystemPackage
import TestSupport
import Testing

/// Live images made by the command, and read by other programs than ours.
@Suite(.serialized) struct LiveTests {
    private static let names = ["live-iso", "live-kernel", "live-initramfs", "live-rootfs"]

    @Test func fourImagesAreMadeAfterTheDisksThatTheyInstall() async throws {
        let live = try await LiveWorkspace()
        let run = try await live.workspace.cosa("buildextend-live").succeeded()
        let images = try live.store.metadata("1", arch: "x86_64").images
        #expect(images["metal"] != nil && images["metal4k"] != nil)
        let expected = ["iso.x86_64.iso", "kernel.x86_64", "initramfs.x86_64.img", "rootfs.x86_64.img"]
        for (name, end) in zip(Self.names, expected) {
            let artifact = try #require(images[name])
            #expect(artifact.path == "tiny-1-live-\(end)")
            #expect(artifact.skipCompression == true)
            #expect(try Digest.ofFile(live.image(name)) == artifact.sha256)
            #expect(run.output.text.contains("\(try live.image(name))\n"))
        }
        let again = try await live.workspace.cosa("osbuild", "live").succeeded()
        #expect(again.output.text.contains("The live images of 1 have already been built"))

        try await checkBoot(live)
        try await checkRootfs(live)
        try await checkInitramfs(live)
        try await checkAreas(live)
        try await checkMinimal(live)
    }

    /// Other programs see a CD that boots in two ways, and a disk that does.
    private func checkBoot(_ live: LiveWorkspace) async throws {
        let iso = try live.image("live-iso").string
        #expect(try await live.shell(#"iso-info --no-header -d -i "$1""#, iso).contains(": tiny-1\n"))
        let report = try await live.shell(
            #"xorriso -indev "stdio:$1" -report_el_torito plain -report_system_area plain 2>/dev/null"#, iso)
        #expect(report.contains("El Torito img path :   1  /boot/grub/eltorito.img"))
        #expect(report.contains("El Torito img path :   2  /images/efiboot.img"))
        #expect(report.contains("BIOS  y   none") && report.contains("UEFI  y   none"))
        #expect(report.contains("MBR protective-msdos-label grub2-mbr"))
        // The file is the EFI system partition of a USB stick, too.
        let table = try await live.shell(#"fdisk -l -o Type "$1"; sgdisk --verify "$1""#, iso)
        #expect(table.contains("Disklabel type: gpt") && table.contains("EFI System"))
        #expect(table.contains("No problems found"))
        let program = try await live.shell(
            """
            xorriso -osirrox on -indev "stdio:$1" -extract /images/efiboot.img "$2" 2>/dev/null
            mdir -b -i "$2" ::/EFI/BOOT; fsck.vfat -n "$2" >/dev/null
            """, iso, live.workspace.root.appending("efiboot.img").string)
        #expect(program == "::/EFI/BOOT/BOOTX64.EFI")
    }

    /// The filesystem lies where the initramfs mounts it, and has the build's disks.
    private func checkRootfs(_ live: LiveWorkspace) async throws {
        let folder = live.workspace.root.appending("rootfs").string
        let listing = try await live.shell(
            """
            cpio -it <"$1" 2>/dev/null
            unsquashfs -q -n -o 124 -d "$2" "$1" >/dev/null
            cat "$2/ostree/repo/config"
            """, try live.image("live-rootfs").string, folder)
        #expect(listing.hasPrefix("root.squashfs\netc\netc/coreos-live-rootfs\n"))
        #expect(!listing.contains("readonly"))
        let deployment = try await live.shell(
            #"cd "$1"; readlink -f ostree/boot.1/*/*/0 | sed "s,^$1,,"; ls boot/ostree/* boot/loader/entries"#, folder)
        #expect(deployment.contains("/ostree/deploy/tiny/deploy/"))
        #expect(deployment.contains("vmlinuz-6.1.0-tiny") && deployment.contains("ostree-1-tiny.conf"))
        for platform in ["metal", "metal4k"] {
            let digest = try await live.shell(
                """
                cd "$1/coreos-installer"; zstd -qdc "$(jq -r .image "$2.json")" >"$3"
                jq -r '.patch.ranges[]? | "\\(.offset) \\(.length)"' "$2.json" | { at=0
                while read -r offset length; do
                    dd if="$2.patch" of="$3" iflag=skip_bytes,count_bytes oflag=seek_bytes conv=notrunc status=none \
                        skip=$at count=$length seek=$offset
                    at=$((at + length))
                done; }
                sha256sum <"$3" | cut -c 1-64; jq -r .sha256 "$2.json"; jq '."sector-size"' "$2.json"
                """, folder, platform, live.workspace.root.appending("disk").string)
            let wanted = try #require(try live.store.metadata("1", arch: "x86_64").images[platform]).sha256
            #expect(digest == "\(wanted)\n\(wanted)\n\(platform == "metal" ? 512 : 4096)")
        }
    }

    /// The commit's initramfs, then the archive that makes it a live one.
    private func checkInitramfs(_ live: LiveWorkspace) async throws {
        let (kernel, initramfs) = (try live.image("live-kernel"), try live.image("live-initramfs"))
        #expect(try FileContent.read(kernel) == Array("not a kernel\n".utf8))
        let bytes = try FileContent.read(initramfs)
        #expect(bytes.starts(with: Array(LiveWorkspace.initramfs.utf8)) && bytes.count.isMultiple(of: 4))
        let added = live.workspace.root.appending("added")
        try AtomicFile.write(Array(bytes[((LiveWorkspace.initramfs.utf8.count + 3) / 4 * 4)...]), to: added)
        let report = try await live.shell(
            """
            mkdir "$1.d"; cd "$1.d"; xz -dc <"$1" | cpio -i --quiet
            cat etc/coreos-live-initramfs; jq -c . etc/coreos/features.json; head -n 1 etc/coreos-live-want-rootfs
            split -b 2M "$2" piece.; sha256sum piece.* | cut -c 1-64 >wanted
            tail -n +2 etc/coreos-live-want-rootfs | cmp - wanted
            sha256sum "$2" | cut -c 1-64 | cmp - etc/live-rootfs-sha256
            """, added.string, try live.image("live-rootfs").string)
        #expect(report == "1\n{}\nstream-hash sha256 2097152")
    }

    /// The areas are those that coreos-installer changes.
    private func checkAreas(_ live: LiveWorkspace) async throws {
        let root = live.workspace.root
        let copy = root.appending("copy.iso").string
        try await Command("cp", [try live.image("live-iso").string, copy]).run()
        let arguments = "quiet coreos.liveiso=tiny-1 ignition.firstboot"
        #expect(try await live.workspace.cosa("iso", "kargs", "show", copy).succeeded().output.text == arguments)
        try await live.workspace.cosa("iso", "kargs", "modify", "-a", "console=ttyS0", copy).succeeded()
        let config = try root.write(#"{"ignition": {"version": "3.3.0"}}"#, to: "config.ign").string
        try await live.workspace.cosa("iso", "ignition", "embed", "-i", config, copy).succeeded()
        let read = try await live.shell(
            """
            xorriso -osirrox on -indev "stdio:$1" -extract /EFI/tiny/grub.cfg "$2/grub.cfg" \
                -extract /images/ignition.img "$2/ignition.img" -extract /coreos "$2/coreos" 2>/dev/null
            grep vmlinuz "$2/grub.cfg"; xz -dc <"$2/ignition.img" 2>/dev/null | cpio -i --quiet --to-stdout config.ign
            echo; jq -c '[.default, .size, .files[].path]' "$2/coreos/kargs.json"; jq -r .file "$2/coreos/igninfo.json"
            """, copy, root.appending("read").string)
        #expect(
            read == """
                \tlinux /images/pxeboot/vmlinuz \(arguments) console=ttyS0
                {"ignition": {"version": "3.3.0"}}
                ["\(arguments)",\(arguments.utf8.count + 400),"EFI/tiny/grub.cfg"]
                images/ignition.img
                """)
        let pxe = root.appending("pxe")
        try await live.workspace.cosa("iso", "extract", "pxe", "-o", pxe.string, try live.image("live-iso").string)
            .succeeded()
        let parts = try FileContent.names(in: pxe).map { try Digest.ofFile(pxe.appending($0)) }
        let wanted = try Self.names.dropFirst().map { try Digest.ofFile(live.image($0)) }
        #expect(Set(parts) == Set(wanted))
    }

    /// The image without the root filesystem is one that boots in the same ways.
    private func checkMinimal(_ live: LiveWorkspace) async throws {
        let output = live.workspace.root.appending("minimal.iso").string
        try await live.workspace.cosa(
            "iso", "extract", "minimal-iso", "--rootfs-url", "http://example.com/rootfs.img",
            try live.image("live-iso").string, output
        ).succeeded()
        let report = try await live.shell(
            #"xorriso -indev "stdio:$1" -report_el_torito plain -find / -type f -- 2>/dev/null"#, output)
        #expect(report.contains("BIOS  y   none") && report.contains("UEFI  y   none"))
        #expect(!report.contains("rootfs.img") && report.contains("initrd.img"))
        #expect(
            try await live.workspace.cosa("iso", "kargs", "show", output).succeeded().output.text
                == "quiet ignition.firstboot coreos.live.rootfs_url=http://example.com/rootfs.img")
    }

    @Test func twoRunsMakeTheSameBytesWithoutPrivilegesToo() async throws {
        let live = try await LiveWorkspace()
        let user = try await UnprivilegedUser(copying: live.workspace)
        try await live.workspace.cosa("buildextend-live").succeeded()
        func digests(_ work: FilePath) throws -> [String: String] {
            let images = try BuildStore(WorkingDirectory(root: work)).metadata("1", arch: "x86_64").images
            return images.filter { Self.names.contains($0.key) }.mapValues(\.sha256)
        }
        let first = try digests(live.workspace.work)
        #expect(first.count == Self.names.count)
        try FileContent.remove(live.workspace.work.appending("tmp/disk"))
        try await live.workspace.cosa("buildextend-live", "--force").succeeded()
        #expect(try digests(live.workspace.work) == first)
        try await user.cosa("buildextend-live").succeeded()
        #expect(try digests(user.work) == first)
        #expect(!FileContent.exists(user.work.appending("tmp/disk/live")))
    }

    @Test func erofsIsWhatTheOtherFilesystemIs() async throws {
        let live = try await LiveWorkspace(image: "live-rootfs-fstype: erofs\n")
        let user = try await UnprivilegedUser(copying: live.workspace)
        try await live.workspace.cosa("buildextend-live").succeeded()
        let report = try await live.shell(
            """
            cpio -it <"$1" 2>/dev/null | head -n 1; tail -c +125 "$1" >"$2"; fsck.erofs "$2" >/dev/null
            dump.erofs --path=/ostree/repo/config "$2" | grep -c 'Size: '
            """, try live.image("live-rootfs").string, live.workspace.root.appending("erofs").string)
        #expect(report == "root.erofs\n1")
        let first = try Digest.ofFile(live.image("live-iso"))
        try await live.workspace.cosa("buildextend-live", "--force").succeeded()
        #expect(try Digest.ofFile(live.image("live-iso")) == first)

        let refused = try await user.cosa("buildextend-live")
        #expect(refused.status == 1)
        #expect(
            refused.lastLine
                == "error: image.yaml: `live-rootfs-fstype: erofs` needs root here, for the files' owners; "
                + "use squashfs, or run as root")
    }

    @Test func aChangeOfTheMenuAloneMakesABuildWithOtherImages() async throws {
        let live = try await LiveWorkspace()
        try live.workspace.write(LiveWorkspace.grub.replacing("'Tiny'", with: "'Other'"), to: "live/EFI/tiny/grub.cfg")
        try await live.workspace.cosa("build", "--version", "2").succeeded()
        try await live.workspace.cosa("buildextend-live").succeeded()
        let iso = try live.store.artifact("live-iso", of: "2", arch: Architecture.current).string
        let menu = live.workspace.root.appending("menu").string
        let text = try await live.shell(
            #"xorriso -osirrox on -indev "stdio:$1" -extract /EFI/tiny/grub.cfg "$2" 2>/dev/null; cat "$2""#, iso, menu)
        #expect(text.hasPrefix("menuentry 'Other' {\n"))
    }

    @Test func aBIOSBootsWithISOLINUXWhereThereIsAConfigurationOfIt() async throws {
        let live = try await LiveWorkspace(live: [
            "EFI/vendor/grub.cfg": LiveWorkspace.grub, "isolinux/isolinux.cfg": LiveWorkspace.isolinux,
            "isolinux/boot.msg": "hello\n", "README-devel.md": "notes\n",
        ])
        try await live.workspace.cosa("buildextend-live").succeeded()
        let report = try await live.shell(
            """
            xorriso -indev "stdio:$1" -report_el_torito plain -report_system_area plain -find / -type f -- 2>/dev/null
            """, try live.image("live-iso").string)
        #expect(report.contains("El Torito img path :   1  /isolinux/isolinux.bin"))
        #expect(report.contains("MBR isohybrid"))
        #expect(report.contains("'/isolinux/boot.msg'") && report.contains("'/isolinux/ldlinux.c32'"))
        #expect(!report.contains("README") && !report.contains("eltorito.img"))
        let copy = live.workspace.root.appending("copy.iso").string
        try await Command("cp", [try live.image("live-iso").string, copy]).run()
        try await live.workspace.cosa("iso", "kargs", "modify", "-a", "both=1", copy).succeeded()
        for path in ["EFI/vendor/grub.cfg", "isolinux/isolinux.cfg"] {
            let text = try await live.shell(
                #"xorriso -osirrox on -indev "stdio:$1" -extract "/$2" "$3" 2>/dev/null; cat "$3"; rm "$3""#, copy,
                path,
                live.workspace.root.appending("text").string)
            #expect(text.contains("quiet coreos.liveiso=tiny-1 ignition.firstboot both=1\n#"), "\(path)")
        }
    }
}
