import Deployment
import Testing

@Suite("Boot entries")
struct BootEntryTests {
    @Test("editing a boot loader entry changes its options and nothing else")
    func entry() {
        let text = "title Fixture\nversion 1\noptions rw ostree=/ostree/boot.1/x\nlinux /ostree/x/vmlinuz\n"
        var entry = BootLoaderEntry(parsing: text)
        #expect(entry["title"] == "Fixture")
        #expect(entry["linu"] == nil)
        #expect(entry.text == text)
        entry.kernelArguments.append("quiet")
        #expect(
            entry.text
                == "title Fixture\nversion 1\noptions rw ostree=/ostree/boot.1/x quiet\nlinux /ostree/x/vmlinuz\n")
    }

    @Test("an entry without options gets them")
    func entryWithoutOptions() {
        var entry = BootLoaderEntry(parsing: "title Fixture\n")
        entry.kernelArguments.append("rw")
        #expect(entry.text == "title Fixture\noptions rw\n")
    }

    @Test("editing syslinux.cfg changes every kernel's arguments and keeps the rest")
    func syslinux() {
        var configuration = SyslinuxConfiguration(
            parsing: "TIMEOUT 10\nLABEL a\n\tKERNEL /a\n\tAPPEND rw id=1\nLABEL b\n\tKERNEL /b\n\tAPPEND id=1\n")
        configuration.editKernelArguments { $0.set("id", to: "2") }
        #expect(
            configuration.text
                == "TIMEOUT 10\nLABEL a\n\tKERNEL /a\n\tAPPEND rw id=2\nLABEL b\n\tKERNEL /b\n\tAPPEND id=2\n")
    }

    @Test("an origin names a ref of a remote, a local ref or a container image")
    func origins() {
        #expect(DeploymentOrigin.ref("a/b", remote: "r").text == "[origin]\nrefspec=r:a/b\n")
        #expect(DeploymentOrigin.ref("a/b", remote: nil).text == "[origin]\nrefspec=a/b\n")
        #expect(
            DeploymentOrigin.container(imageReference: "ostree-unverified-registry:q.io/x").text
                == "[origin]\ncontainer-image-reference=ostree-unverified-registry:q.io/x\n")
    }
}
