import Solv
import Treefile

/// What a manifest asks for, as selections of a pool.
struct PackageRequest {
    /// One selection for each job of the solver.
    private(set) var selections: [SolvSelection] = []
    /// Specs that chose nothing.
    private(set) var missing: [String] = []
    /// Specs that chose nothing in the repository that they are pinned to.
    private(set) var missingInRepository: [(spec: String, repo: String)] = []
    /// Whether a spec is a path that only full file lists can answer.
    private(set) var needsFileLists = false

    private let pool: SolvPool

    init(pool: SolvPool, manifest: Manifest) {
        self.pool = pool
        for entry in manifest.repoPackages {
            for spec in entry.packages {
                let found = packages(spec).flatMap { pool.packages(of: $0) }.filter { $0.repository == entry.repo }
                if found.isEmpty {
                    missingInRepository.append((spec, entry.repo))
                } else {
                    selections += Self.isGlob(spec) ? byName(found) : [pool.selection(oneOf: found)]
                }
            }
        }
        for spec in manifest.packages {
            let found = packages(spec)
            if found.isEmpty { missing.append(spec) } else { selections += found }
        }
    }

    static func isGlob(_ spec: String) -> Bool { spec.contains { "*?[".contains($0) } }

    /// The order of dnf: names, then provided capabilities, then files.
    private mutating func packages(_ spec: String) -> [SolvSelection] {
        if spec.hasPrefix("/") {
            if !SolvPool.isInPrimary(spec) || Self.isGlob(spec) { needsFileLists = true }
            let files = pool.packages(of: pool.select(spec, .files)).filter { !$0.isSource }
            if !files.isEmpty { return [pool.selection(oneOf: files)] }
        } else {
            let named = pool.select(spec, .name)
            let found = pool.packages(of: named).filter { !$0.isSource }
            if Self.isGlob(spec), !found.isEmpty { return byName(found) }
            if !found.isEmpty {
                // Only a bare name is about the thing and not about this version of it.
                let successors = found.allSatisfy { $0.name == spec } ? pool.obsoleters(of: found) : []
                return [successors.isEmpty ? named : pool.selection(oneOf: found + successors)]
            }
        }
        let provided = pool.select(spec, .provides)
        return pool.packages(of: provided).isEmpty ? [] : [provided]
    }

    /// A pattern means every name that it matches.
    private func byName(_ packages: [SolvPackage]) -> [SolvSelection] {
        Dictionary(grouping: packages, by: \.name).sorted { $0.key < $1.key }.map { pool.selection(oneOf: $0.value) }
    }

    func refuseMissing(repositories: [String], exclusion: Exclusion) throws {
        var parts: [String] = []
        if !missing.isEmpty {
            let all = missing.map { $0 + (exclusion.reason(for: $0, in: pool).map { " (\($0))" } ?? "") }
            parts.append(
                "packages not found in the enabled repositories (\(repositories.sorted().joined(separator: ", "))): "
                    + all.sorted().joined(separator: ", "))
        }
        for (spec, repo) in missingInRepository.sorted(by: { $0.spec < $1.spec }) {
            parts.append("No matches for '\(spec)' in repo '\(repo)'")
        }
        guard !parts.isEmpty else { return }
        throw PackagesError(parts.joined(separator: "; ") + "; correct the names or add the repository that has them")
    }
}
