import SystemPackage
import TestSupport
import Testing

@testable import HostSystem

@Suite("The doctor")
struct DoctorTests {
    @Test("a missing tool comes with the Debian package and the step that needs it")
    func missing() throws {
        let temporary = try TemporaryDirectory()
        let doctor = Doctor(directory: temporary.path, searchPath: [temporary.path])
        let finding = doctor.finding(HostTool("no-such-tool", "package", "making images"))
        #expect(
            finding
                == HostFinding(
                    name: "no-such-tool", state: .missing, detail: "not found; making images needs it",
                    remedy: "apt-get install package"))
        #expect(doctor.finding(HostTool("no-such-tool", "package", "x", optional: true)).state == .warning)
    }

    @Test("a tool is found in the search path, a file by its path")
    func found() throws {
        let temporary = try TemporaryDirectory()
        let file = try temporary.write("", to: "tool", mode: 0o755)
        let doctor = Doctor(directory: temporary.path, searchPath: ["/nowhere", temporary.path])
        #expect(doctor.finding(HostTool("tool", "p", "x")).detail == file.string)
        #expect(doctor.finding(HostTool(file.string, "p", "x")).state == .ok)
    }

    @Test("the packages of what is absent are listed once, sorted")
    func packages() {
        let findings = ["mke2fs", "mcopy", "mkfs.vfat", "ssh", "ssh-keygen", "git"].map {
            HostFinding(name: $0, state: $0 == "git" ? .ok : .missing, detail: "")
        }
        #expect(Doctor.packages(for: findings) == ["dosfstools", "e2fsprogs", "mtools", "openssh-client"])
    }

    @Test("an examination has the verdict on KVM first and every tool of the table")
    func examine() async throws {
        let temporary = try TemporaryDirectory()
        let findings = await Doctor(directory: temporary.path).examine {
            HostFinding(name: "kvm", state: .warning, detail: "none")
        }
        #expect(findings.first?.name == "kvm")
        #expect(findings.suffix(HostTool.all.count).map(\.name) == HostTool.all.map(\.name))
        #expect(
            Set(findings.map(\.name)).isSuperset(of: ["free space", "memory", "user namespaces", "overlayfs", "umask"]))
    }

    @Test("an emulator that cannot be started is missing, with the package that brings it")
    func noEmulator() async {
        let finding = await Doctor.kvm(KVMProbe(emulator: "/nowhere/qemu", cacheDirectory: nil))
        // Where there is no /dev/kvm, the emulator is not asked.
        #expect(finding.state != .ok)
        #expect(finding.remedy?.isEmpty == false)
    }

    @Test("what the doctor looks for is what ci/lib/packages installs")
    func packageList() throws {
        let root = FilePath(#filePath).removingLastComponent().removingLastComponent().removingLastComponent()
        let text = String(decoding: try FileContent.read(root.appending("ci/lib/packages")), as: UTF8.self)
        let lines = text.split(separator: "\n").map { $0.prefix { $0 != "#" } }
        let installed = Set(lines.flatMap { $0.split(separator: " ") }.map(String.init))
        // Debian is not without these.
        #expect(Set(HostTool.all.map(\.package)).subtracting(installed).subtracting(["dpkg", "mount"]) == [])
    }
}
