import Deployment
import Foundation
import HostSystem
import SystemPackage
import TestSupport
import Testing

/// The trees of a new sysroot, judged by libostree.
@Suite struct SysrootTreeTests {
    static let timestamp: Int64 = 1_700_000_000

    /// A fixture, the trees of a sysroot with its commit, and the same as files.
    struct Made {
        let directory: TemporaryDirectory
        let fixture: OSTreeFixture
        let tree: SysrootTree
        let root: FilePath

        init(
            origin: (OSTreeFixture) -> DeploymentOrigin = { .ref($0.ref, remote: nil) },
            bootLoader: SysrootBootLoader = .syslinux, archive: Bool = false, files: [String: [UInt8]] = [:]
        ) async throws {
            directory = try TemporaryDirectory()
            fixture = try await OSTreeFixture(in: directory, files: files)
            var repository = fixture.repository
            if archive {
                repository = directory.appending("archive")
                try await Command("ostree", ["init", "--repo=\(repository)", "--mode=archive"]).run()
                try await Command(
                    "ostree", ["pull-local", "--repo=\(repository)", fixture.repository.string, fixture.commit]
                ).run()
            }
            let work = directory.appending("work")
            try FileContent.createDirectory(work)
            tree = try await SysrootTreeBuilder().build(
                SysrootRequest(
                    repository: repository, commit: fixture.commit, osname: "fixture", origin: origin(fixture),
                    kernelArguments: ["root=LABEL=root", "rw", "$ignition_firstboot", "console=tty0", "console=ttyS0"],
                    bootLoader: bootLoader, timestamp: SysrootTreeTests.timestamp, workDirectory: work))
            root = directory.appending("sysroot")
            try FileContent.createDirectory(root)
            #expect(
                try FileTreeWriter(to: root).write(tree.root) == [root.appending(String(tree.deployment.dropFirst()))])
            _ = try FileTreeWriter(to: root.appending("boot")).write(tree.boot)
        }

        func text(_ path: String) throws -> String {
            String(decoding: try FileContent.read(root.appending(path)), as: UTF8.self)
        }
    }

    /// Names, kinds, modes, owners, sizes, link counts and targets of what is in a directory; and contents' digests.
    private func listing(_ root: FilePath) async throws -> Set<String> {
        let names = try await Command(
            "find", [root.string, "-printf", "%P %M %U:%G %n %l\n", "(", "-type", "f", "-printf", "%s\n", ")"]
        ).run().text
        let digests = try await Command(
            "sh", ["-c", "cd \"$1\" && find . -type f -print0 | sort -z | xargs -0 sha256sum", "sh", root.string]
        ).run().text
        return Set((names + "\n" + digests).split(separator: "\n").map(String.init))
    }

    @Test("file by file what libostree deploys")
    func likeLibostree() async throws {
        let modules = "usr/lib/modules/\(OSTreeFixture.kernelVersion)"
        let made = try await Made(files: [
            "usr/etc/empty": [], "usr/share/empty": [], "usr/etc/dir/file": [1],
            // Device trees, in folders whose order counts, and the kernel's signature for FIPS.
            "\(modules)/dtb/b/x.dtb": [2], "\(modules)/dtb/b-a.dtb": [3], "\(modules)/dtb/a.dtb": [4],
            "\(modules)/.vmlinuz.hmac": [5],
        ])
        let judge = made.directory.appending("judge")
        // libostree finds the boot loader by these; a boot of its own would not share inodes with the root.
        for name in ["ostree", "boot/loader.0", "boot/syslinux", "boot/efi"] {
            try FileContent.createDirectory(judge.appending(name))
        }
        try AtomicFile.write(Array("TIMEOUT 10\n".utf8), to: judge.appending("boot/loader.0/syslinux.cfg"))
        let steps = """
            set -e
            cd "$1"; ln -s loader.0 boot/loader; ln -s ../loader/syslinux.cfg boot/syslinux/syslinux.cfg
            ostree init --repo=ostree/repo --mode=bare; mkdir ostree/deploy; ostree admin os-init fixture --sysroot=.
            ostree config --repo=ostree/repo set sysroot.bootloader syslinux
            ostree config --repo=ostree/repo set sysroot.readonly true
            ostree pull-local --repo=ostree/repo "$2" "$3"; ostree refs --repo=ostree/repo --create="$4" "$3"
            ostree admin deploy --sysroot=. --os=fixture --karg=root=LABEL=root --karg=rw \\
                --karg='$ignition_firstboot' --karg-append=console=tty0 --karg-append=console=ttyS0 "$4"
            chattr -i ostree/deploy/fixture/deploy/*.0
            rm -f ostree/repo/.lock
            # Other names of the commit's objects: the kernel's on the boot filesystem, those in the source repository.
            cp -a boot boot.new; rm -r boot; mv boot.new boot
            cp -a ostree ostree.new; rm -r ostree; mv ostree.new ostree
            """
        let fixture = made.fixture
        try await Command(
            "sh", ["-c", steps, "sh", judge.string, fixture.repository.string, fixture.commit, fixture.ref]
        ).run()
        let (ours, theirs) = (try await listing(made.root), try await listing(judge))
        #expect(ours.subtracting(theirs).sorted() == [])
        #expect(theirs.subtracting(ours).sorted() == [])
    }

    @Test("libostree finds a whole repository and the deployment with its origin")
    func deployment() async throws {
        let made = try await Made(origin: { .ref($0.ref, remote: "demo") })
        try await Command("ostree", ["fsck", "--repo=\(made.root)/ostree/repo"]).run()
        let status = try await Command("ostree", ["admin", "status", "--sysroot=\(made.root)"]).run().text
        #expect(status.contains("fixture \(made.fixture.commit).0"))
        #expect(status.contains("origin refspec: demo:\(made.fixture.ref)"))
        let refs = try await Command("ostree", ["refs", "--repo=\(made.root)/ostree/repo"]).run().text
        #expect(refs.split(separator: "\n").sorted() == ["demo:\(made.fixture.ref)", "ostree/1/1/0"])
    }

    @Test("libostree deploys the next commit over it, and both kinds of boot entries follow")
    func nextDeployment() async throws {
        let made = try await Made()
        let sysroot = "--sysroot=\(made.root)"
        let next = try await Command(
            "ostree",
            [
                "commit", "--repo=\(made.root)/ostree/repo", "--branch=next", "--tree=ref=\(made.fixture.commit)",
                "--bootable", "--add-metadata-string=version=2",
            ]
        ).run().text
        try await Command("ostree", ["admin", "deploy", sysroot, "--os=fixture", "next"]).run()
        let status = try await Command("ostree", ["admin", "status", sysroot]).run().text
        #expect(status.contains("fixture \(next).0"))
        #expect(status.contains("fixture \(made.fixture.commit).0"))
        let configuration = try made.text("boot/syslinux/syslinux.cfg")
        #expect(configuration.hasPrefix("TIMEOUT 10\n"))
        #expect(configuration.split(separator: "\n").count { $0.hasPrefix("LABEL ") } == 2)
        try await Command("sh", ["-c", "chattr -i \(made.root)/ostree/deploy/fixture/deploy/*.0"]).run()
    }

    @Test("the boot entry has the kernel arguments; without syslinux there is no such configuration")
    func entries() async throws {
        let made = try await Made(
            origin: { _ in .container(imageReference: "ostree-unverified-registry:quay.io/demo:1") }, bootLoader: .none)
        let entry = BootLoaderEntry(parsing: try made.text("boot/loader/entries/ostree-1-fixture.conf"))
        #expect(entry["title"] == "Fixture 1 (ostree:0)")
        #expect(
            entry.kernelArguments.description.hasPrefix(
                "root=LABEL=root rw $ignition_firstboot console=tty0 console=ttyS0 ostree=/ostree/boot.1/fixture/"))
        #expect(FileContent.exists(made.root.appending("boot\(entry["linux"] ?? "")")))
        #expect(!FileContent.exists(made.root.appending("boot/syslinux")))
        #expect(!FileContent.exists(made.root.appending("boot/loader/syslinux.cfg")))
        #expect(try made.text("ostree/repo/config").contains("bootloader=none\n"))
        let origin = try made.text("\(made.tree.deployment.dropFirst()).origin")
        #expect(origin == "[origin]\ncontainer-image-reference=ostree-unverified-registry:quay.io/demo:1\n")
    }

    @Test("a repository with compressed content gives the same trees")
    func archive() async throws {
        let made = try await Made(archive: true)
        let judge = try await Made()
        #expect(try await listing(made.root) == listing(judge.root))
    }

    @Test("a commit that cannot be booted is refused, with what it lacks")
    func refused() async throws {
        let directory = try TemporaryDirectory()
        let fixture = try await OSTreeFixture(in: directory)
        func refusal(_ change: String) async throws -> String {
            let commit = try await Command(
                "sh",
                [
                    "-c",
                    """
                    cp -a "$1/tree" "$1/changed" && cd "$1/changed" && \(change) && ostree commit --repo="$1/repo" \
                    --orphan --tree=dir=. --owner-uid=0 --owner-gid=0 && rm -r "$1/changed"
                    """, "sh", directory.path.string,
                ]
            ).run().text
            let request = SysrootRequest(
                repository: fixture.repository, commit: commit, osname: "fixture",
                origin: .ref(fixture.ref, remote: nil), kernelArguments: [], timestamp: 0, workDirectory: directory.path
            )
            let error = await #expect(throws: DeploymentError.self) { try await SysrootTreeBuilder().build(request) }
            return "\(try #require(error))".replacing(commit, with: "COMMIT")
        }
        #expect(
            try await refusal("rm -r usr/lib/modules")
                == "commit COMMIT has no kernel (/usr/lib/modules/VERSION/vmlinuz): a disk needs one; add a kernel package "
                + "to the treefile")
        #expect(
            try await refusal("cp -r usr/lib/modules/6.1.0-fixture usr/lib/modules/6.2")
                == "commit COMMIT has several kernels (6.1.0-fixture, 6.2): a disk boots one; leave the others out of the "
                + "treefile")
        #expect(
            try await refusal("rm usr/lib/os-release")
                == "commit COMMIT has neither PRETTY_NAME nor ID in /usr/lib/os-release to name its boot entry by")
        #expect(
            try await refusal("touch usr/share/.ostree-wh.x 2>/dev/null || touch usr/.ostree-wh.x")
                == "commit COMMIT has the whiteout /usr/.ostree-wh.x for an overlay filesystem: remove it in a "
                + "`postprocess` script")
    }
}
