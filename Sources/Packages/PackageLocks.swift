import Solv
import Treefile

/// Lockfiles as a judgement on packages.
struct PackageLocks {
    let lockfile: Lockfile
    let isStrict: Bool
    /// Repositories that give locked packages only.
    let lockedRepositories: Set<String>

    /// Why a package may not be chosen; nil where it may.
    func objection(to package: SolvPackage) -> String? {
        guard let lock = lockfile.packages[package.name] else {
            if isStrict { return "not locked, and the lock is strict" }
            if lockedRepositories.contains(package.repository) {
                return "not locked, and \(package.repository) is one of lockfile-repos"
            }
            return nil
        }
        guard matches(package, lock) else { return "locked to \(lock.evra)" }
        return nil
    }

    private func matches(_ package: SolvPackage, _ lock: Lockfile.Package) -> Bool {
        guard EVR(package.evr).normalized == EVR(lock.evr).normalized else { return false }
        if let arch = lock.arch, arch != package.arch { return false }
        // Only a checksum of the same kind says something.
        if let digest = lock.digest, let checksum = package.checksum,
            digest.prefix(while: { $0 != ":" }) == checksum.prefix(while: { $0 != ":" }), digest != checksum
        {
            return false
        }
        return true
    }

    /// Locked packages that no repository has.
    func warnings(pool: SolvPool) -> [String] {
        guard !lockfile.packages.isEmpty else { return [] }
        var found: Set<String> = []
        for package in pool.repositories.flatMap(\.packages) {
            if let lock = lockfile.packages[package.name], matches(package, lock) { found.insert(package.name) }
        }
        return lockfile.packages.keys.filter { !found.contains($0) }.sorted().map { name in
            "Couldn't find locked package '\(name)-\(lockfile.packages[name]?.evra ?? "")'"
        }
    }
}
