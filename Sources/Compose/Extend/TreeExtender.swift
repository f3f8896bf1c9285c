import HostSystem
import SystemPackage

/// Adds packages to a tree that exists, as installing them in a container of it would, but with a compose's rules: paths
/// are translated, state in /var becomes tmpfiles.d lines, scripts run in the sandbox on an overlay over the tree.
///
/// What the base leaves out of packages (documentation, languages) is left out of the added ones, too: its own treefile
/// in /usr/share/rpm-ostree says so. Needs root for now (mounting the overlay).
public struct TreeExtender: Sendable {
    private let reporter: Reporter

    /// Makes an extender that tells `reporter` its steps and the output of scripts.
    public init(reporter: Reporter = .silent) { self.reporter = reporter }

    /// Extends a tree. Equal requests give equal checksums.
    ///
    /// - Throws: ``ComposeError``; `CommandError` of the host's tools; `GLibError`, `RPMError` and `SQLiteError` of the
    ///   libraries.
    public func extend(_ request: ExtensionRequest) async throws -> ExtendedTree {
        let state = try await Blocking.run { try TreeExtension(request) }
        try await state.workspace.prepare()
        do {
            let tree = try await extend(state)
            try await state.workspace.remove()
            return tree
        } catch {
            // The error says what went wrong; what cannot be cleaned now is cleaned by the next run.
            try? await state.workspace.remove()
            throw error
        }
    }

    private func extend(_ state: TreeExtension) async throws -> ExtendedTree {
        reporter.output("node: import")
        try await Blocking.run { try state.importPackages() }
        reporter.output("node: assemble")
        try await Blocking.run { try state.assemble() }
        try await state.workspace.mount()
        reporter.output("node: scripts")
        try await ExtensionSteps(state: state, reporter: reporter).run()
        reporter.output("node: fold")
        try await state.workspace.unmount()
        return try await Blocking.run { try state.finish() }
    }
}
