import CSolv

extension SolvPool {
    /// Whether something reachable from the selections depends on a file that `primary.xml` does not list.
    ///
    /// It walks every provider of every dependency, so it may say yes for a package that is not chosen in the end, but
    /// never no for one that is. Supplements are looked at for all packages.
    public func needsFileLists(for selections: [SolvSelection]) -> Bool {
        var pending = selections.flatMap { packages(of: $0) }.map(\.id)
        var seen = Set(pending)
        while let id = pending.popLast() {
            let package = SolvPackage(id: id, pool: self)
            // What is installed has what it needs.
            if package.isInstalled { continue }
            for kind in [SOLVABLE_REQUIRES, SOLVABLE_RECOMMENDS, SOLVABLE_CONFLICTS] {
                for dependency in package.dependencies(kind) {
                    if mentionsUnlistedFile(dependency) { return true }
                    guard kind.rawValue != SOLVABLE_CONFLICTS.rawValue else { continue }
                    for provider in providers(of: dependency) where seen.insert(provider).inserted {
                        pending.append(provider)
                    }
                }
            }
        }
        return false
    }

    private func relation(_ dependency: Id) -> Reldep? {
        guard UInt32(bitPattern: dependency) & 0x8000_0000 != 0 else { return nil }
        return pointer.pointee.rels[Int(UInt32(bitPattern: dependency) ^ 0x8000_0000)]
    }

    private static let richOperators: Set<Int32> = [
        REL_AND, REL_OR, REL_WITH, REL_COND, REL_ELSE, REL_WITHOUT, REL_UNLESS,
    ]

    private func mentionsUnlistedFile(_ dependency: Id) -> Bool {
        if let relation = relation(dependency) {
            if mentionsUnlistedFile(relation.name) { return true }
            return Self.richOperators.contains(Int32(relation.flags)) && mentionsUnlistedFile(relation.evr)
        }
        let name = string(dependency)
        return name.hasPrefix("/") && !Self.isInPrimary(name)
    }

    /// Whether createrepo_c writes this file into primary.xml, so that file lists are not needed to know it.
    public static func isInPrimary(_ path: String) -> Bool {
        path.hasPrefix("/etc/") || path.contains("bin/") || path == "/usr/lib/sendmail"
    }

    private func providers(of dependency: Id) -> [Id] {
        if let relation = relation(dependency), Self.richOperators.contains(Int32(relation.flags)) {
            return providers(of: relation.name) + providers(of: relation.evr)
        }
        var ids: [Id] = []
        guard var next = pool_whatprovides_ptr(pointer, dependency) else { return ids }
        while next.pointee != 0 {
            ids.append(next.pointee)
            next += 1
        }
        return ids
    }
}
