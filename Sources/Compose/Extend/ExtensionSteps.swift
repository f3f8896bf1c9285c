import HostSystem
import RPM
import SystemPackage

/// The steps of an extension that work on the mounted tree, in the order of a compose.
struct ExtensionSteps {
    let state: TreeExtension
    let reporter: Reporter

    /// The lines for what the added packages have in /var and /run: the base has a file of its own.
    private static let stateConfiguration = "usr/lib/tmpfiles.d/rpm-ostree-autovar-node.conf"

    private var workspace: Workspace { state.workspace }
    private var files: TreeFiles { TreeFiles(root: workspace.merged) }
    private var owners: OwnerOverlay { OwnerOverlay(tree: workspace.merged, options: state.options) }
    private var database: PackageDatabaseStep {
        PackageDatabaseStep(tree: files, directory: workspace.directory.appending("rpmdb"))
    }
    private var runner: ScriptRunner {
        ScriptRunner(
            sandbox: TreeSandbox(tree: workspace.merged, timestamp: state.request.timestamp),
            directory: workspace.scripts, reporter: reporter)
    }

    /// Runs everything that packages and the treefile want done.
    func run() async throws {
        let scripts = PackageScripts(
            packages: state.packages, base: state.base, tree: state.tree, runner: runner, owners: owners,
            kernelInstall: false)
        try scripts.check()
        let variable = try await Blocking.run { try prepare() }
        let accounts = try JoinedAccounts(files)
        if bringsAccounts, try files.exists("usr/bin/systemd-sysusers") {
            try await runner.run(["systemd-sysusers"], package: "systemd", phase: "sysusers")
        }
        state.statistics.scripts = try await scripts.run()
        for (index, script) in state.request.postprocess.enumerated() {
            try await runner.run(treefileScript: Array(script.utf8), name: "postprocess[\(index)]")
        }
        try variable.finish(AccountNames(tree: files.root))
        try accounts.separate()
        try files.blankDates()
        try files.removeLeftovers()
        if state.tree["usr/etc/machine-id"] == nil { try files.remove("usr/etc/machine-id") }
        try database.install(at: PackageDatabaseStep.place)
    }

    /// Shows scripts the tree as an installed system has it: owners, the database with all packages, /var.
    private func prepare() throws -> VariableState {
        try owners.show(state.tree, from: state.cache)
        try database.create(
            state.addedHeaders, after: state.request.basePackages, time: state.request.timestamp)
        try database.install(at: PackageDatabaseStep.place)
        let base = VariableState(tree: files, packages: state.base, options: state.options)
        try base.prepare()
        let variable = VariableState(
            tree: files, packages: state.packages, options: state.options, place: Self.stateConfiguration,
            existing: try base.paths())
        try variable.prepare()
        return variable
    }

    private var bringsAccounts: Bool {
        state.packages.contains { $0.files.contains { $0.path.hasPrefix("/usr/lib/sysusers.d/") } }
    }
}
