import Foundation
import HostSystem
import RPM
import SystemPackage
import Treefile

/// The steps that work on the mounted tree.
struct TreeSteps {
    let composition: Composition
    let reporter: Reporter

    private var manifest: Manifest { composition.manifest }
    private var workspace: Workspace { composition.workspace }
    private var files: TreeFiles { TreeFiles(root: workspace.merged) }
    private var owners: OwnerOverlay { OwnerOverlay(tree: workspace.merged, options: composition.options) }
    private var state: VariableState {
        VariableState(tree: files, packages: composition.packages, options: composition.options)
    }
    private var database: PackageDatabaseStep {
        PackageDatabaseStep(tree: files, directory: workspace.directory.appending("rpmdb"))
    }
    private var runner: ScriptRunner {
        ScriptRunner(
            sandbox: TreeSandbox(tree: workspace.merged, timestamp: composition.request.timestamp),
            directory: workspace.scripts, reporter: reporter)
    }

    /// Runs everything that packages want done when they are installed.
    func runScripts() async throws {
        let scripts = PackageScripts(
            packages: composition.packages, tree: composition.tree, runner: runner, owners: owners,
            kernelInstall: manifest.bootLocation == .kernelInstall)
        try scripts.check()
        try showPermissions()
        let headers = composition.packages.map(\.header).sorted { $0.nevra < $1.nevra }
        try database.create(headers, time: composition.request.timestamp)
        try database.install()
        try seedAccounts()
        try state.prepare()
        if try files.exists("usr/bin/systemd-sysusers") {
            try await runner.run(["systemd-sysusers"], package: "systemd", phase: "sysusers")
        }
        composition.statistics.scripts = try await scripts.run()
    }

    /// What is to be done after the scripts.
    func postprocess() -> Postprocess {
        Postprocess(
            request: composition.request, tree: files, runner: runner, database: database, state: state)
    }

    /// Makes the initramfs and adds it to the tree.
    func addInitramfs(_ kernel: Kernel, release: [UInt8]?) async throws {
        let builder = InitramfsBuilder(
            kernel: kernel, arguments: manifest.initramfsArgs, cache: composition.request.initramfsCache,
            workDirectory: workspace.directory, runner: runner, release: release)
        let (path, cached) = try await builder.build(composition.tree)
        composition.statistics.initramfsCached = cached
        try await Blocking.run { [composition] in try composition.add(initramfs: path, of: kernel) }
    }

    /// Gives files of layers the permissions that a checkout hides.
    private func showPermissions() throws {
        for (path, permissions) in composition.layerPermissions
        where OwnerOverlay.isHidden(permissions, isDirectory: false) && composition.tree[path] != nil {
            try owners.apply(workspace.merged.appending(path), uid: 0, gid: 0, permissions: permissions)
        }
    }

    /// Starts with the numbers that `check-passwd` and `check-groups` files name (`preserve-passwd`).
    private func seedAccounts() throws {
        guard manifest.preservePasswd != false else { return }
        let externals = composition.request.manifest.externals
        for (source, name) in [(externals.passwd, "passwd"), (externals.group, "group")] {
            guard let source, try !files.exists("usr/etc/\(name)") else { continue }
            try files.copy(source, to: "usr/etc/\(name)")
        }
    }
}
