import Builds
import Foundation
import HostSystem
import SystemPackage
import TestSupport
import Testing

/// What a live system of an OS with coreos-installer installs without a network.
@Suite struct OsmetTests {
    /// Reads the format as coreos-installer does: a header, the mappings, and the rest of the disk as an .xz stream.
    private static let reader = #"""
        import hashlib, lzma, sys
        data, repo = open(sys.argv[1], "rb").read(), sys.argv[2]
        at = 0
        def take(count):
            global at
            at += count
            return data[at - count:at]
        def number():
            first = take(1)[0]
            return first if first < 251 else int.from_bytes(take({251: 2, 252: 4, 253: 8}[first]), "little")
        assert take(8) == b"OSMET\0\0\0" and number() == 1
        take(number())
        print(number(), take(number()).decode(), take(number()).decode())
        mappings = []
        for partition in range(number()):
            start, end = number(), number()
            for _ in range(number()):
                logical, physical, length = number(), number(), number()
                mappings.append((start + physical, logical, length, take(32).hex()))
        digest, size = take(32).hex(), number()
        rest, packed = lzma.decompress(data[at:]), 0
        disk = b""
        for physical, logical, length, name in mappings:
            count = physical - len(disk)
            assert count >= 0
            disk += rest[packed:packed + count]
            packed += count
            with open(f"{repo}/objects/{name[:2]}/{name[2:]}.file", "rb") as file:
                file.seek(logical)
                disk += file.read(length).ljust(length, b"\0")
        disk += rest[packed:]
        assert len(disk) == size, (len(disk), size)
        assert hashlib.sha256(disk).hexdigest() == digest
        print(digest, sum(mapping[2] for mapping in mappings))
        """#

    @Test func aDiskIsPackedWithoutWhatTheLiveSystemHas() async throws {
        // Two files of the same content are one object; one has blocks that are elsewhere too, and ends inside of one.
        let noise = (0..<300_000).map { UInt8(truncatingIfNeeded: ($0 &* 2_654_435_761) >> 13) }
        let installer = RPMFixture(
            "coreos-installer",
            files: [
                .init("/usr/bin/coreos-installer", .regular("#!/bin/sh\n"), mode: 0o755),
                .init("/usr/share/noise", .binary(noise)), .init("/usr/share/same", .binary(noise)),
                .init("/usr/share/more", .binary(Array(noise[8192..<40_000]) + [1, 2, 3])),
                .init(
                    "/usr/share/coreos-installer/example-config.yaml",
                    .regular("# Fetch\nimage-url: URL\nappend-karg: [arg]\n")),
            ])
        let live = try await LiveWorkspace(packages: [installer])
        try await live.workspace.cosa("buildextend-live").succeeded()
        let images = try live.store.metadata("1", arch: "x86_64").images
        let root = live.workspace.root
        let reader = try root.write(Self.reader, to: "read.py").string
        let names = try await live.shell(
            """
            mkdir "$1/packed"; cd "$1/packed"; cpio -i --quiet --no-absolute-filenames '*.osmet' <"$2"
            unsquashfs -q -n -o 124 -d "$1/live" "$2" >/dev/null; ls; ls "$1/live"
            """, root.path.string, try live.image("live-rootfs").string)
        #expect(
            names.hasPrefix("tiny-1-metal.x86_64.raw.osmet\ntiny-1-metal4k.x86_64.raw.osmet\n")
                && !names.contains("coreos-installer"))
        for (platform, sectorSize) in [("metal", 512), ("metal4k", 4096)] {
            let report = try await live.shell(
                #"python3 "$1" "$2" "$3""#, reader, root.appending("packed/tiny-1-\(platform).x86_64.raw.osmet").string,
                root.appending("live/ostree/repo").string)
            let lines = report.split(separator: "\n")
            #expect(lines.first == "\(sectorSize) Tiny 1 x86_64")
            let words = try #require(lines.last).split(separator: " ")
            #expect(String(words[0]) == images[platform]?.sha256)
            // busybox and the other large files are not in it.
            #expect(try #require(Int(words[1])) > 600_000)
            // What is left is what filesystems and boot loaders are made of.
            let packed = FileContent.size(root.appending("packed/tiny-1-\(platform).x86_64.raw.osmet")) ?? 0
            let compressed = try await live.shell(#"zstd -c "$1" | wc -c"#, try live.image(platform).string)
            #expect(packed > 0 && packed * 2 < Int64(compressed) ?? 0, "\(packed) \(compressed)")
        }
        let features = try await live.shell(
            #"xorriso -osirrox on -indev "stdio:$1" -extract /coreos/features.json "$2" 2>/dev/null; jq -cS . "$2""#,
            try live.image("live-iso").string, root.appending("features.json").string)
        #expect(
            features
                == #"{"installer-config":true,"installer-config-directives":{"append-karg":true,"image-url":true},"#
                + #""live-initrd-network":true}"#)
        // Compressed for release, they are the same disks.
        try await live.workspace.cosa("compress", "--artifact", "metal").succeeded()
        let first = try Digest.ofFile(live.image("live-rootfs"))
        try await live.workspace.cosa("buildextend-live", "--force").succeeded()
        #expect(try Digest.ofFile(live.image("live-rootfs")) == first)
    }
}
