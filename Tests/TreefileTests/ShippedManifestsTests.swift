import SystemPackage
import Testing

@testable import Treefile

/// The configurations in `manifests/`.
@Suite struct ShippedManifestsTests {
    static let manifests = FilePath(#filePath).removingLastComponent().removingLastComponent()
        .removingLastComponent().appending("manifests")

    @Test(arguments: ["demo", "rhel-coreos-base", "fedora-coreos"], ["x86_64", "aarch64", "ppc64le", "s390x"])
    func flattensForEveryArchitecture(name: String, basearch: String) throws {
        let directory = Self.manifests.appending(name)
        let flattened = try FlattenedManifest.load(directory.appending("manifest.yaml"), basearch: basearch)
        #expect(!flattened.manifest.packages.isEmpty)
        #expect(!flattened.manifest.repos.isEmpty)
        #expect(flattened.manifest.ref?.contains(basearch) == true)
        #expect(flattened.files.count > 2)
    }

    @Test(
        arguments: [
            ("node", "rhel-9.6", "openshift-kubelet", "rhel-9.6-server-ose-4.20"),
            ("node", "centos-9", "cri-o", "c9s-sig-cloud-okd"), ("demo/node", "demo-12", "crun", "demo"),
        ], ["x86_64", "aarch64", "ppc64le", "s390x"])
    func aNodeIsAppliedToTheBasesThatItKnows(
        node: (name: String, osversion: String, package: String, repository: String), basearch: String
    ) throws {
        func load(_ osversion: String) throws -> Manifest {
            try FlattenedManifest.load(
                Self.manifests.appending(node.name).appending("manifest.yaml"), basearch: basearch,
                purpose: .application, variables: ["osversion": .string(osversion)]
            ).manifest
        }
        let manifest = try load(node.osversion)
        #expect(manifest.packages.contains(node.package))
        #expect(manifest.repos.contains(node.repository))
        #expect(manifest.recommends == false && !manifest.postprocess.isEmpty)
        #expect(try load("plan9-4").repos == ["ENOEXIST"])
    }

    @Test(arguments: ["demo", "rhel-coreos-base", "node", "fedora-coreos"])
    func hasAnImageAndConsoles(name: String) throws {
        let directory = Self.manifests.appending(name)
        let image = try ImageConfig.load(directory.appending("image.yaml"))
        guard case .gibibytes(4...) = image.size else {
            Issue.record("\(name): size \(image.size)")
            return
        }
        let platforms = try PlatformsTable.load(directory.appending("platforms.yaml"))
        for basearch in ["x86_64", "aarch64"] {
            let console = platforms.settings(basearch: basearch, platform: "qemu").kernelArguments.last
            #expect(console?.hasPrefix("console=tty") == true)
        }
    }

    @Test func includesFollowArchitectureAndVariables() throws {
        let base = Self.manifests.appending("rhel-coreos-base/manifest.yaml")
        let intel = try FlattenedManifest.load(base, basearch: "x86_64").manifest
        #expect(intel.packages.contains("grub2-pc"))
        #expect(intel.packages.contains("open-vm-tools"))
        #expect(intel.repos.contains("rhel-9.6-baseos"))
        #expect(intel.ref == "rhel/x86_64/coreos")
        #expect(intel.automaticVersionPrefix == "9.6.<date:%Y%m%d>")
        let mainframe = try FlattenedManifest.load(
            base, basearch: "s390x", variables: ["id": .string("centos"), "early_kernel": .boolean(true)]
        ).manifest
        #expect(!mainframe.packages.contains("grub2-pc"))
        #expect(mainframe.packages.contains("s390utils-core"))
        #expect(mainframe.repos.contains("c9s-baseos"))
        #expect(mainframe.repoPackages.isEmpty)
        let early = try FlattenedManifest.load(
            base, basearch: "x86_64", variables: ["early_kernel": .boolean(true)]
        ).manifest
        #expect(early.repoPackages.first?.repo == "rhel-9.6-early-kernel")
        #expect(early.repoPackages.first?.packages.contains("kernel-core") == true)
    }
}
