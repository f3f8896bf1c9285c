import Solv
import Treefile

/// The packages that may not be chosen, and on whose word.
struct Exclusion {
    private var reasons: [Int: String] = [:]
    private(set) var packages: [SolvPackage] = []

    init(
        pool: SolvPool, manifest: Manifest, locks: PackageLocks,
        repositories: [(config: RepositoryConfig, packages: SolvRepository)]
    ) {
        for (config, repository) in repositories {
            for package in repository.packages {
                if package.isSource {
                    add(package, "is a source package")
                } else if !config.isOverride, let reason = locks.objection(to: package) {
                    add(package, reason)
                }
            }
            exclude(by: config, repository, pool)
        }
        for pattern in manifest.excludePackages {
            for package in pool.packages(of: pool.select(pattern, .name)) {
                add(package, "excluded by exclude-packages")
            }
        }
    }

    private mutating func exclude(by config: RepositoryConfig, _ repository: SolvRepository, _ pool: SolvPool) {
        func matches(_ patterns: [String]) -> Set<Int> {
            Set(patterns.flatMap { pool.packages(of: pool.select($0, .name)) }.map(\.identifier))
        }
        if !config.includedPackages.isEmpty {
            let included = matches(config.includedPackages)
            for package in repository.packages where !included.contains(package.identifier) {
                add(package, "not in includepkgs of \(config.id)")
            }
        }
        if !config.excludedPackages.isEmpty {
            let excluded = matches(config.excludedPackages)
            for package in repository.packages where excluded.contains(package.identifier) {
                add(package, "excluded by excludepkgs of \(config.id)")
            }
        }
    }

    private mutating func add(_ package: SolvPackage, _ reason: String) {
        guard reasons.updateValue(reason, forKey: package.identifier) == nil else { return }
        packages.append(package)
    }

    /// Why nothing is found for a spec that the repositories do have.
    func reason(for spec: String, in pool: SolvPool) -> String? {
        pool.packages(of: pool.select(spec, .name, includingExcluded: true))
            .sorted { ($0.name, $0.evr) < ($1.name, $1.evr) }
            .compactMap { reasons[$0.identifier] }.first
    }

    /// What to say beside the solver's explanation where something was excluded on purpose.
    func note(for problems: SolvProblems) -> String {
        let names = Set(packages.filter { reasons[$0.identifier] != "is a source package" }.map(\.name))
        let mentioned = names.filter { name in
            problems.explanations.contains { text in
                text.split { " ,".contains($0) }.contains { $0 == name || $0.hasPrefix("\(name)-") }
            }
        }
        guard let first = mentioned.sorted().first,
            let reason = packages.first(where: { $0.name == first }).flatMap({ reasons[$0.identifier] })
        else { return "" }
        return "; note: \(first) is \(reason)"
    }
}
