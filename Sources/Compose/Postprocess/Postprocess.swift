import Foundation
import HostSystem
import SystemPackage
import Treefile

/// What is done to the mounted tree after the scripts of packages, in rpm-ostree's order
/// (`compose_postprocess`, `rpmostree_postprocess_final`).
struct Postprocess {
    let request: ComposeRequest
    let tree: TreeFiles
    let runner: ScriptRunner
    let database: PackageDatabaseStep
    let state: VariableState

    private var manifest: Manifest { request.manifest.manifest }

    /// What later steps need.
    struct Outcome {
        /// The kernel; nil where there is none.
        var kernel: Kernel?
        /// os-release as packages have it.
        var release: [UInt8]?
    }

    /// Does everything but the initramfs.
    func run() async throws -> Outcome {
        try enableUnits()
        let release = try describe()
        try await changeFiles()
        try settleAccounts()
        let kernel = try await settleKernel()
        try settleMachineID()
        try AccountNumbers(request.manifest).check(tree)
        try tree.blankDates()
        try await runFinalizers()
        try state.finish(AccountNames(tree: tree.root))
        try tree.removeLeftovers()
        try database.install()
        return Outcome(kernel: kernel, release: release)
    }

    private func enableUnits() throws {
        for unit in manifest.units {
            let source = "usr/lib/systemd/system/\(unit)"
            // An instance such as getty@tty1.service is made of its template.
            let template =
                unit.split(separator: "@").count == 2
                ? unit.split(separator: "@")[0] + "@." + (unit.split(separator: ".").last ?? "") : Substring(unit)
            guard try tree.exists(source) || tree.exists("usr/lib/systemd/system/\(template)") else {
                throw ComposeError.invalidSetting(key: "units", reason: "no package brings the unit \(unit)")
            }
            try tree.link("usr/etc/systemd/system/multi-user.target.wants/\(unit)", to: "/\(source)")
        }
        if let target = manifest.defaultTarget {
            guard try tree.exists("usr/lib/systemd/system/\(target)") else {
                throw ComposeError.invalidSetting(key: "default-target", reason: "no package brings \(target)")
            }
            try tree.link("usr/lib/systemd/system/default.target", to: target)
        }
    }

    /// Writes what says which build this is; returns os-release as it was.
    private func describe() throws -> [UInt8]? {
        try tree.write(
            Array(manifest.json.prettyJSON.utf8), to: "usr/share/rpm-ostree/treefile.json")
        for (path, bytes) in request.extraFiles.sorted(by: { $0.key < $1.key }) { try tree.write(bytes, to: path) }
        let path = "usr/lib/os-release"
        let release = try tree.read(path)
        if let base = manifest.mutateOSRelease {
            guard let release else {
                throw ComposeError.invalidSetting(key: "mutate-os-release", reason: "no package brings /\(path)")
            }
            let text = String(decoding: release, as: UTF8.self)
            try tree.update(OSRelease.mutate(text, base: base, version: request.version), at: path)
        }
        return release
    }

    private func changeFiles() async throws {
        for path in manifest.removeFiles { try tree.remove(path) }
        for file in request.manifest.externals.addFiles {
            guard case .tree(let place) = PathTranslation.of("/" + file.destination) else {
                throw ComposeError.invalidSetting(
                    key: "add-files", reason: "\(file.destination) is not below usr, etc, bin, sbin, lib or lib64")
            }
            try tree.copy(file.source, to: place)
        }
        for (index, script) in manifest.postprocess.enumerated() {
            try await runner.run(treefileScript: Array(script.utf8), name: "postprocess[\(index)]")
        }
        if let path = request.manifest.externals.postprocessScript {
            guard let bytes = FileManager.default.contents(atPath: path.string) else {
                throw ComposeError.invalidSetting(key: "postprocess-script", reason: "\(path) cannot be read")
            }
            try await runner.run(treefileScript: Array(bytes), name: "postprocess-script")
        }
    }

    private func settleAccounts() throws {
        if let text = try tree.text("usr/etc/default/useradd") {
            try tree.update(AccountFiles.withVariableHome(useradd: text), at: "usr/etc/default/useradd")
        }
        // Without the name service module nothing would read /usr/lib/passwd: accounts stay in /etc.
        guard try hasAltfiles() else { return }
        for (name, kept) in [("passwd", Set<String>()), ("group", Set(manifest.etcGroupMembers))] {
            guard let text = try tree.text("usr/etc/\(name)") else { continue }
            let (etc, lib) = AccountFiles.split(text, kept: kept)
            try tree.update(etc, at: "usr/etc/\(name)")
            try tree.write(lib.utf8, to: "usr/lib/\(name)")
        }
        if let text = try tree.text("usr/etc/nsswitch.conf") {
            try tree.update(AccountFiles.withAltfiles(nsswitch: text), at: "usr/etc/nsswitch.conf")
        }
    }

    private func hasAltfiles() throws -> Bool {
        for directory in ["usr/lib64", "usr/lib", "usr/lib/\(request.basearch)-linux-gnu"]
        where try tree.exists("\(directory)/libnss_altfiles.so.2") {
            return true
        }
        return false
    }

    private func settleKernel() async throws -> Kernel? {
        guard let kernel = try Kernel.settle(in: tree) else {
            if manifest.container == true { return nil }
            throw ComposeError.kernel(
                "no kernel (vmlinuz) in /usr/lib/modules or /boot: add a kernel package, or `container: true` for a "
                    + "tree that is not booted")
        }
        if try tree.exists("usr/sbin/depmod") {
            try await runner.run(["depmod", "-a", kernel.version], package: "kernel", phase: "depmod")
        }
        return kernel
    }

    private func settleMachineID() throws {
        try tree.remove("usr/etc/machine-id")
        if manifest.machineIDCompat != false { try tree.write([], to: "usr/etc/machine-id", permissions: 0o444) }
    }

    /// Runs the executables of `finalize.d` on the host, as rpm-ostree does.
    private func runFinalizers() async throws {
        for script in request.manifest.externals.finalizeScripts {
            let path = FilePath(URL(fileURLWithPath: script.string).path)
            try await Command(
                path.string,
                environment: [
                    "RPMOSTREE_WORKDIR": request.workDirectory.string, "SOURCE_DATE_EPOCH": "\(request.timestamp)",
                ], workingDirectory: tree.root
            ).run { [reporter = runner.reporter] in reporter.output("finalize.d: \($0)") }
        }
    }
}
