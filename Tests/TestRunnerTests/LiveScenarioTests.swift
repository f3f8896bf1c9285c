import SystemPackage
import Testing
import VirtualMachine

@testable import TestRunner

/// The grammar of the names of live tests, and what they become.
@Suite struct LiveScenarioTests {
    @Test func wordsOfANameDecide() throws {
        let fromRAM = try #require(LiveScenario("iso.iso-offline-install-fromram.4k.uefi"))
        #expect(fromRAM.kind == .offlineInstall && fromRAM.isFromRAM && fromRAM.hasLargeSectors)
        #expect(fromRAM.firmware == .uefi && fromRAM.isInstall && !fromRAM.usesServer && !fromRAM.isNetboot)
        let netboot = try #require(LiveScenario("iso.pxe-offline-install.rootfs-appended.bios"))
        #expect(netboot.kind == .netbootOfflineInstall && netboot.isRootfsAppended && netboot.isNetboot)
        #expect(netboot.usesServer && !netboot.fetchesImage && !netboot.hasLargeSectors && netboot.firmware == .bios)
        let online = try #require(LiveScenario("iso.pxe-online-install.4k.uefi"))
        #expect(online.kind == .netbootInstall && online.imageKind == .metal4k && !online.isRootfsAppended)
        let minimal = try #require(LiveScenario("iso.miniso-install.bios"))
        #expect(minimal.kind == .minimalInstall && minimal.usesServer && !minimal.fetchesImage)
        let login = try #require(LiveScenario("iso.live-login.uefi-secure"))
        #expect(login.kind == .login && login.firmware == .uefiSecure && !login.isInstall && !login.usesServer)
        let fault = try #require(LiveScenario("iso.iso-install.no-network.bios"))
        #expect(fault.kind == .install && fault.fault == .noNetwork && fault.imageKind == .metal)
        #expect(LiveScenario("iso.iso-offline-install-iscsi.ibft.uefi") == nil)
        #expect(LiveScenario("basic.uefi") == nil)
    }

    @Test func testsOfUpstreamAreThereByTheirNames() {
        let names = Set(LiveTests.all.map(\.name))
        // mantle/kola/tests/iso/live-*.go for x86_64, without what needs several paths, keyfiles of NetworkManager, or iSCSI.
        let upstream = [
            "live-login.bios", "live-login.uefi", "live-login.uefi-secure", "iso-as-disk.bios", "iso-as-disk.uefi",
            "iso-as-disk.uefi-secure", "iso-fips.uefi", "iso-install.bios", "iso-offline-install.bios",
            "iso-offline-install-fromram.bios", "iso-offline-install-fromram.4k.uefi", "miniso-install.bios",
            "miniso-install.4k.uefi", "pxe-offline-install.rootfs-appended.bios", "pxe-offline-install.4k.uefi",
            "pxe-online-install.bios", "pxe-online-install.4k.uefi",
        ]
        #expect(Set(upstream.map { "iso.\($0)" }).subtracting(names).isEmpty)
        #expect(names.count == LiveTests.all.count && LiveTests.all.allSatisfy(\.isLive))
        #expect(LiveTests.all.allSatisfy { LiveScenario($0.name)?.hasLargeSectors != true || $0.firmware != .bios })
    }

    @Test func metadataIsWhatTheScenarioNeeds() throws {
        func test(_ name: String) throws -> KolaTest { try #require(LiveTests.all.first { $0.name == name }) }
        let large = try test("iso.iso-offline-install.4k.uefi")
        #expect(large.metadata.primaryDisk == ":4k" && large.metadata.minMemory == 4096 && large.firmware == .uefi)
        #expect(large.metadata.tags == [SpecialTag.skipBaseChecks])
        #expect(try test("iso.iso-install.bios").has(tag: SpecialTag.needsInternet))
        #expect(try test("iso.pxe-offline-install.rootfs-appended.bios").metadata.minMemory == 5120)
        #expect(try test("iso.live-login.uefi-secure").metadata.requiredTag == SpecialTag.secureBoot)
        #expect(try test("iso.iso-fips.uefi").metadata.distros == InclusionList("rhcos"))
        #expect(LiveTests.all.allSatisfy { $0.metadata.description?.isEmpty == false })
    }

    @Test func whatABuildLacksIsNamedWithTheCommandThatMakesIt() {
        let artifacts = LiveArtifacts(build: "7", files: [.iso: "/i", .kernel: "/k", .initramfs: "/r"])
        #expect(throws: TestSkip("build 7 has no live-rootfs; run `cosa buildextend-live`")) {
            try artifacts.require(LiveArtifacts.Kind.required)
        }
        #expect(
            throws: TestSkip(
                "build 7 has no live-rootfs, metal4k; run `cosa buildextend-live` and `cosa buildextend-metal4k`")
        ) { try artifacts.require(LiveArtifacts.Kind.required + [.metal4k]) }
        #expect(throws: Never.self) { try artifacts.require([.iso, .kernel]) }
    }
}
