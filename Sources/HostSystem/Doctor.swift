import Foundation
import SystemPackage

/// One thing that the tools need of the machine, and whether it is there.
public struct HostFinding: Sendable, Hashable, Codable {
    /// How it is.
    public enum State: String, Sendable, Codable {
        /// It is there.
        case ok
        /// It is missing, and something works less well without it.
        case warning
        /// It is missing, and something does not work without it.
        case missing
    }

    /// What was looked for.
    public let name: String
    /// How it is.
    public let state: State
    /// What was seen.
    public let detail: String
    /// What to do; nil where nothing is to be done.
    public let remedy: String?

    /// A finding.
    public init(name: String, state: State, detail: String, remedy: String? = nil) {
        self.name = name
        self.state = state
        self.detail = detail
        self.remedy = remedy
    }
}

/// Looks for what the tools need of a machine.
public struct Doctor: Sendable {
    /// The directory whose filesystem builds go to.
    public let directory: FilePath
    /// Where programs are looked for, in order.
    public let searchPath: [FilePath]

    /// A doctor for builds in `directory`; programs are looked for in `PATH` where no other folders are given.
    public init(directory: FilePath, searchPath: [FilePath]? = nil) {
        self.directory = directory
        let path = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin"
        self.searchPath = searchPath ?? path.split(separator: ":").map { FilePath(String($0)) }
    }

    /// All findings, in a fixed order.
    ///
    /// - Parameter kvm: the verdict on `/dev/kvm`, from the module that boots guests.
    public func examine(kvm: @Sendable () async -> HostFinding) async -> [HostFinding] {
        var findings = [await kvm(), space(), memory(), await userNamespaces(), await overlay(), umaskFinding()]
        findings += HostTool.all.map(finding)
        return findings
    }

    /// The Debian packages that would bring what is missing, sorted.
    public static func packages(for findings: [HostFinding]) -> [String] {
        let absent = Set(findings.filter { $0.state != .ok }.map(\.name))
        return Set(HostTool.all.filter { absent.contains($0.name) }.map(\.package)).sorted()
    }

    func finding(_ tool: HostTool) -> HostFinding {
        if let path = tool.places(searchPath).first(where: FileContent.exists) {
            return HostFinding(name: tool.name, state: .ok, detail: "\(path)")
        }
        return HostFinding(
            name: tool.name, state: tool.optional ? .warning : .missing, detail: "not found; \(tool.purpose) needs it",
            remedy: "apt-get install \(tool.package)")
    }

    private func space() -> HostFinding {
        var information = statvfs()
        guard statvfs(directory.string, &information) == 0 else {
            return HostFinding(
                name: "free space", state: .missing, detail: "cannot look at \(directory): \(Errno(rawValue: errno))")
        }
        let gibibytes = Double(information.f_bavail) * Double(information.f_frsize) / Double(1 << 30)
        let detail = "\(Int(gibibytes)) GiB on the filesystem of \(directory)"
        // A build of the default system leaves about 4 GiB behind, a platform image takes as much again while it is made.
        let state: HostFinding.State = gibibytes < 5 ? .missing : gibibytes < 15 ? .warning : .ok
        return HostFinding(
            name: "free space", state: state, detail: detail,
            remedy: state == .ok ? nil : "free 15 GiB, or use a working directory on another filesystem")
    }

    private func memory() -> HostFinding {
        let bytes = Double(ProcessInfo.processInfo.physicalMemory)
        let detail = "\(Int(bytes / Double(1 << 20))) MiB"
        let enough = bytes > 3.5 * Double(1 << 30)
        return HostFinding(
            name: "memory", state: enough ? .ok : .warning, detail: detail,
            remedy: enough ? nil : "4 GiB let a build and a guest run side by side")
    }

    private func userNamespaces() async -> HostFinding {
        let output = try? await Command("unshare", ["--user", "--map-root-user", "true"]).capture()
        if output?.status == 0 {
            return HostFinding(name: "user namespaces", state: .ok, detail: "a process may make them")
        }
        let root = geteuid() == 0
        return HostFinding(
            name: "user namespaces", state: root ? .warning : .missing,
            detail: "refused" + (output.map { ": \($0.standardError.split(separator: "\n").last ?? "")" } ?? ""),
            remedy: "sysctl -w kernel.unprivileged_userns_clone=1 user.max_user_namespaces=15000"
                + (root ? ", or stay root" : ", or run as root"))
    }

    private func overlay() async -> HostFinding {
        // In namespaces of its own, so that the mount is gone with the process.
        let script =
            "mount -t tmpfs none /mnt && mkdir /mnt/l /mnt/u /mnt/w /mnt/m && "
            + "mount -t overlay -o lowerdir=/mnt/l,upperdir=/mnt/u,workdir=/mnt/w none /mnt/m"
        let output = try? await Command("unshare", ["--user", "--map-root-user", "--mount", "sh", "-c", script])
            .capture()
        if output?.status == 0 {
            return HostFinding(name: "overlayfs", state: .ok, detail: "mounts in a user namespace")
        }
        let known = (try? FileContent.read("/proc/filesystems")).map { String(decoding: $0, as: UTF8.self) } ?? ""
        if geteuid() == 0, known.contains("overlay") {
            return HostFinding(name: "overlayfs", state: .ok, detail: "known to the kernel; mounts as root")
        }
        return HostFinding(
            name: "overlayfs", state: .missing, detail: "does not mount in a user namespace",
            remedy: "modprobe overlay; kernels before 5.11 need root for it")
    }

    private func umaskFinding() -> HostFinding {
        let mask = umask(0o022)
        umask(mask)
        let usable = mask & 0o700 == 0 && mask != 0
        return HostFinding(
            name: "umask", state: usable ? .ok : .warning, detail: "0" + String(mask, radix: 8),
            remedy: usable ? nil : "umask 0022")
    }
}
