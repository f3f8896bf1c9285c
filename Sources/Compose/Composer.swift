import HostSystem
import RPM
import SystemPackage
import Treefile

/// Turns a set of packages into a commit.
///
/// Packages are imported into a cache of OSTree objects and merged as values; scripts run in a sandbox on an overlay
/// over a hard-link checkout, and what they changed is folded back. Needs root for now (mounting the overlay).
public struct Composer: Sendable {
    private let reporter: Reporter

    /// Makes a composer that tells `reporter` its steps and the output of scripts.
    public init(reporter: Reporter = .silent) { self.reporter = reporter }

    /// Composes a commit. Equal requests give equal checksums.
    ///
    /// - Throws: ``ComposeError``; `CommandError` of the host's tools; `GLibError`, `RPMError` and `SQLiteError` of the
    ///   libraries. The target repository has no new ref then.
    public func compose(_ request: ComposeRequest) async throws -> ComposedCommit {
        let composition = try Composition(request)
        try await composition.workspace.prepare()
        do {
            let commit = try await compose(composition)
            try await composition.workspace.remove()
            return commit
        } catch {
            // The error says what went wrong; what cannot be cleaned now is cleaned by the next run.
            try? await composition.workspace.remove()
            throw error
        }
    }

    private func compose(_ composition: Composition) async throws -> ComposedCommit {
        let workspace = composition.workspace
        try await step("import", composition) { try await Blocking.run { try composition.importPackages() } }
        try await step("assemble", composition) { try await Blocking.run { try composition.assemble() } }
        try await workspace.mount()
        let steps = TreeSteps(composition: composition, reporter: reporter)
        try await step("scripts", composition) { try await steps.runScripts() }
        let outcome = try await step("postprocess", composition) { try await steps.postprocess().run() }
        try await step("fold", composition) { try await Blocking.run { try composition.fold() } }
        if let kernel = outcome.kernel, composition.manifest.noInitramfs != true {
            try await step("initramfs", composition) {
                try await steps.addInitramfs(kernel, release: outcome.release)
            }
        }
        try await workspace.unmount()
        let start = ContinuousClock.now
        let commit = try await Blocking.run { try composition.commit(kernel: outcome.kernel) }
        return commit.adding(seconds: ContinuousClock.now - start, of: "commit")
    }

    private func step<Result>(
        _ name: String, _ composition: Composition, _ body: () async throws -> Result
    ) async throws -> Result {
        reporter.output("compose: \(name)")
        let start = ContinuousClock.now
        let result = try await body()
        composition.statistics.seconds[name] = (ContinuousClock.now - start).inSeconds
        return result
    }
}

extension ComposedCommit {
    fileprivate func adding(seconds: Duration, of step: String) -> ComposedCommit {
        var copy = self
        copy.statistics.seconds[step] = seconds.inSeconds
        return copy
    }
}

extension Duration {
    fileprivate var inSeconds: Double {
        Double(components.seconds) + Double(components.attoseconds / 1_000_000_000_000_000) / 1000
    }
}
