import Foundation
import HostSystem
import SystemPackage

/// A small operating system tree, committed to a bare-user repository by the ostree command.
///
/// It has what a deployment needs: a kernel, an initramfs, os-release and `/usr/etc`; nothing in it runs.
public struct OSTreeFixture: Sendable {
    /// The repository.
    public let repository: FilePath
    /// The commit.
    public let commit: String
    /// The ref that names it.
    public let ref = "fixture/x86_64/stable"
    /// The kernel's version.
    public static let kernelVersion = "6.1.0-fixture"

    /// Makes the tree and the commit below a directory.
    ///
    /// - Parameter files: further files, by path in the tree.
    public init(in directory: TemporaryDirectory, files: [String: [UInt8]] = [:]) async throws {
        let modules = "usr/lib/modules/\(Self.kernelVersion)"
        let release = "NAME=Fixture\nID=fixture\nVERSION_ID=1\nPRETTY_NAME=\"Fixture 1\"\n"
        try directory.write("kernel", to: "tree/\(modules)/vmlinuz")
        try directory.write("initramfs", to: "tree/\(modules)/initramfs.img")
        try directory.write(release, to: "tree/usr/lib/os-release")
        try directory.write("127.0.0.1 localhost\n", to: "tree/usr/etc/hosts")
        try directory.write("#!/bin/sh\n", to: "tree/usr/bin/tool", mode: 0o755)
        try directory.write("#!/bin/sh\n", to: "tree/usr/bin/suid", mode: 0o4755)
        let tree = directory.appending("tree")
        for (path, content) in files {
            let file = tree.appending(path)
            try FileManager.default.createDirectory(
                atPath: file.removingLastComponent().string, withIntermediateDirectories: true)
            try Data(content).write(to: URL(filePath: file.string))
        }
        for name in ["boot", "dev", "proc", "run", "sys", "sysroot", "tmp", "var"] {
            try FileManager.default.createDirectory(
                atPath: tree.appending(name).string, withIntermediateDirectories: true)
        }
        try FileManager.default.createSymbolicLink(
            atPath: tree.appending("ostree").string, withDestinationPath: "sysroot/ostree")
        repository = directory.appending("repo")
        try await Command("ostree", ["init", "--repo", repository.string, "--mode=bare-user"]).run()
        commit = try await Command(
            "ostree",
            [
                "commit", "--repo", repository.string, "--branch", ref, "--tree=dir=\(tree)", "--bootable",
                "--owner-uid=0", "--owner-gid=0", "--timestamp=@1700000000", "--fsync=0",
            ]
        ).run().text
    }
}
