import Foundation
import HostSystem
import LibArchive
import OSTree
import SystemPackage
import TestSupport

@testable import ContainerImage

/// A bare-user repository with a small operating system in it, made by the `ostree` tool from a tar file.
struct CommitFixture {
    let directory: TemporaryDirectory
    var files: [(ArchiveEntry, [UInt8])]
    var metadata = [
        "version=1.2.20260102.3", "ostree.linux=6.1.0-test", "rpmostree.inputhash=abc123",
    ]
    static let timestamp: Int64 = 1_700_000_000

    var repositoryPath: FilePath { directory.appending("repo") }

    init() throws {
        directory = try TemporaryDirectory()
        files = Self.operatingSystem
    }

    /// Replaces a file's content.
    mutating func set(_ path: String, _ content: String) {
        files.removeAll { $0.0.path == path }
        files.append(Self.file(path, content))
    }

    /// Commits the files to the ref `test` and returns the commit's checksum.
    func commit() async throws -> String {
        if !FileManager.default.fileExists(atPath: repositoryPath.string) {
            try await Command("ostree", ["init", "--repo=\(repositoryPath)", "--mode=bare-user"]).run()
        }
        var bytes: [UInt8] = []
        let writer = try ArchiveWriter(.paxRestricted) { bytes += $0 }
        for (entry, content) in files { try writer.add(entry, content: content) }
        try writer.finish()
        let tar = directory.appending("tree.tar")
        try AtomicFile.write(bytes, to: tar)
        let output = try await Command(
            "ostree",
            [
                "commit", "--repo=\(repositoryPath)", "--branch=test", "--subject=", "--orphan",
                "--tree=tar=\(tar)", "--tar-autocreate-parents", "--timestamp=@\(Self.timestamp)",
                "--add-metadata=ostree.bootable=true", "--add-metadata=ostree.container-cmd=['/bin/sh']",
            ] + metadata.map { "--add-metadata-string=\($0)" }
        ).run()
        return output.text
    }

    func request(_ commit: String, _ name: String = "image", components: [Component] = Self.components)
        -> EncapsulationRequest
    {
        EncapsulationRequest(
            repository: repositoryPath, commit: commit, components: components, architecture: "x86_64",
            output: directory.appending("\(name).ociarchive"), workDirectory: directory.appending("\(name)-work"))
    }

    static func file(
        _ path: String, _ content: String, mode: UInt32 = 0o644, uid: UInt32 = 0,
        _ attributes: [ArchiveEntry.ExtendedAttribute] = []
    ) -> (ArchiveEntry, [UInt8]) {
        (
            ArchiveEntry(path: path, kind: .regular, mode: mode, uid: uid, gid: uid, extendedAttributes: attributes),
            Array(content.utf8)
        )
    }

    static func link(_ path: String, _ target: String) -> (ArchiveEntry, [UInt8]) {
        (ArchiveEntry(path: path, kind: .symlink(target: target), mode: 0o777), [])
    }

    /// Of several blocks of every compressor, and hard to compress.
    var largeFile: (ArchiveEntry, [UInt8]) {
        var state: UInt32 = 1
        let bytes = (0..<5_000_000).map { _ in
            state = state &* 1_664_525 &+ 1_013_904_223
            return UInt8(truncatingIfNeeded: state >> 28)
        }
        return (ArchiveEntry(path: "usr/lib/large", kind: .regular, mode: 0o644), bytes)
    }

    static let license = String(repeating: "Permission is granted. ", count: 100)
    static let label = ArchiveEntry.ExtendedAttribute(
        name: "security.selinux", value: Array("system_u:object_r:bin_t:s0\0".utf8))
    static let capability = ArchiveEntry.ExtendedAttribute(
        name: "security.capability", value: [1, 0, 0, 2, 0, 0x20, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0])

    static let operatingSystem: [(ArchiveEntry, [UInt8])] = [
        (ArchiveEntry(path: "usr", kind: .directory, mode: 0o755), []),
        (ArchiveEntry(path: "usr/share/secret", kind: .directory, mode: 0o2750, uid: 7, gid: 8), []),
        (ArchiveEntry(path: "var", kind: .directory, mode: 0o755), []),
        (ArchiveEntry(path: "sysroot", kind: .directory, mode: 0o755), []),
        link("bin", "usr/bin"), link("lib", "usr/lib"), link("ostree", "sysroot/ostree"),
        link("usr/bin/sh", "bash"), link("usr/lib/install", "../..//bin/bash"),
        file("usr/bin/bash", String(repeating: "bash ", count: 80_000), mode: 0o755, [label]),
        file("usr/bin/su", "su", mode: 0o4755),
        file("usr/bin/ping", "ping", mode: 0o755, [capability, label]),
        file("usr/etc/passwd", "root:x:0:0::/root:/bin/sh\n"), file("usr/etc/bashrc", "PS1=x\n"),
        file("usr/lib/modules/6.1.0-test/vmlinuz", "kernel"),
        file("usr/lib/modules/6.1.0-test/initramfs.img", "initramfs"),
        file("usr/share/secret/key", "secret", mode: 0o600, uid: 4242),
        file("usr/share/doc/bash/LICENSE", license), file("usr/share/doc/ping/LICENSE", license),
        file("usr/share/empty", ""), file("usr/share/bash/empty", ""),
        file("usr/share/\u{e4}rger/\u{4e16}\u{754c}", "umlaut"),
        file("usr/share/" + String(repeating: "long/", count: 30) + "name", "long"),
        file("usr/share/rpm/rpmdb.sqlite", "database"),
    ]

    static func component(_ name: String, _ files: [String]) -> Component {
        Component(
            identifier: "\(name)-1-1.x86_64", name: name, source: "\(name)-1-1.src.rpm", buildTime: 1_600_000_000,
            changelogTimes: [1_599_000_000], files: files.map { .init($0) })
    }

    static let components = [
        component("bash", ["/bin/bash", "/bin/sh", "/etc/bashrc", "/usr/share/doc/bash/LICENSE"]),
        component("ping", ["/usr/bin/ping", "/usr/share/doc/ping", "/usr/share/doc/ping/LICENSE"]),
        component("util", ["/bin/su", "/lib/install", "/usr/share/nothing"]),
        component("kernel", ["/lib/modules/6.1.0-test/vmlinuz", "/lib/modules/6.1.0-test/initramfs.img"]),
    ]
}
