import Deployment
import Foundation
import HostSystem
import SystemPackage
import TestSupport
import Testing

@testable import DiskImage

/// SELinux labels of what no commit brings, by the commit's own policy.
@Suite struct DiskLabelTests {
    private static let contexts = """
        /.*\tsystem_u:object_r:default_t:s0
        /\tsystem_u:object_r:root_t:s0
        /[^/]+\t--\tsystem_u:object_r:etc_runtime_t:s0
        /ostree(/.*)?\tsystem_u:object_r:usr_t:s0
        /boot(/.*)?\tsystem_u:object_r:boot_t:s0
        /boot/grub2(/.*)?\tsystem_u:object_r:grub_t:s0
        /boot/efi\t-d\tsystem_u:object_r:dosfs_t:s0
        /etc(/.*)?\tsystem_u:object_r:etc_t:s0
        /etc/hosts\t--\tsystem_u:object_r:net_conf_t:s0
        /var(/.*)?\tsystem_u:object_r:var_t:s0
        /var/tmp\t-d\tsystem_u:object_r:tmp_t:s0
        /var/lock\t-l\tsystem_u:object_r:var_lock_t:s0

        """
    private static let policy: [String: [UInt8]] = [
        "usr/etc/selinux/config": Array("SELINUX=enforcing\nSELINUXTYPE=targeted\n".utf8),
        "usr/etc/selinux/targeted/contexts/files/file_contexts": Array(contexts.utf8),
        // libostree takes the checksum of it.
        "usr/etc/selinux/targeted/policy/policy.33": Array("policy".utf8),
    ]

    private func label(_ path: String, _ image: RawImage, _ role: PartitionRole) async throws -> String? {
        let text = try await DiskFixture.debugfs("ea_get \(path) security.selinux", image.path, image.partition(role))
        return text.firstMatch(of: /"system_u:object_r:([a-z_]+):s0\\000"/).map { String($0.1) }
    }

    @Test func filesThatNoCommitBringsHaveTheLabelsOfItsPolicy() async throws {
        let fixture = try await DiskFixture(files: Self.policy)
        defer { fixture.keep() }
        let image = try await RawImageBuilder().build(fixture.request("disk"))
        let stateroot = "/ostree/deploy/fixture"
        let deployment = "\(stateroot)/deploy/\(fixture.tree.commit).0"
        let expected: [(PartitionRole, String, String)] = [
            (.root, "/", "root_t"), (.root, "/boot", "boot_t"), (.root, "/ostree", "usr_t"),
            (.root, "/ostree/repo/config", "usr_t"), (.root, "\(deployment).origin", "usr_t"),
            (.root, "/.aleph-version.json", "etc_runtime_t"), (.root, "/.coreos-aleph-version.json", "default_t"),
            (.root, "\(stateroot)/var", "var_t"), (.root, "\(stateroot)/var/tmp", "tmp_t"),
            (.root, "\(stateroot)/var/lock", "var_lock_t"),
            // The machine's own copies are where the booted system sees them.
            (.root, "\(deployment)/etc", "etc_t"), (.root, "\(deployment)/etc/hosts", "net_conf_t"),
            (.boot, "/", "boot_t"), (.boot, "/efi", "dosfs_t"), (.boot, "/loader", "boot_t"),
            (.boot, "/loader/entries/ostree-1-fixture.conf", "boot_t"), (.boot, "/ignition.firstboot", "boot_t"),
            (.boot, "/coreos/platforms.json", "boot_t"), (.boot, "/grub2", "grub_t"),
            (.boot, "/grub2/grub.cfg", "grub_t"), (.boot, "/lost+found", "boot_t"),
            (.root, "/lost+found", "default_t"),
        ]
        for (role, path, type) in expected {
            #expect(try await label(path, image, role) == type, "\(role) \(path)")
        }
        // What the commit brings has what the commit says, here nothing.
        #expect(try await label("\(deployment)/usr/bin/tool", image, .root) == nil)
    }

    @Test func aCommitWithoutPolicyHasNoLabels() async throws {
        let fixture = try await DiskFixture()
        defer { fixture.keep() }
        let request = try fixture.request("disk")
        try FileContent.createDirectory(request.workDirectory)
        let table = try #require(PartitionTable.all["x86_64"])
        let content = try await DiskContent(request, .grubSyslinux, table)
        let attributes = (content.root.entries + content.boot.entries).map(\.attributes.extendedAttributes)
        #expect(attributes.allSatisfy { $0["security.selinux"] == nil })
    }
}
