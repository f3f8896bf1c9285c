import CSolv

/// A package of a solution and why it is there.
public struct SolvChoice {
    /// Why a package was chosen.
    public enum Reason: Sendable {
        /// A job or a dependency needs it.
        case required
        /// A weak dependency asks for it.
        case weak
    }

    /// The package.
    public let package: SolvPackage
    /// Why.
    public let reason: Reason
}

extension SolvPool {
    /// Finds packages that fulfil all selections and each other's dependencies, on an empty system or on the installed
    /// one, whose packages stay what they are.
    ///
    /// - Returns: the packages that are not installed.
    /// - Parameter weakDependencies: whether Recommends and Supplements are followed.
    /// - Throws: ``SolvProblems`` with libsolv's explanations.
    public func solve(
        installing selections: [SolvSelection], weakDependencies: Bool
    ) throws(SolvProblems) -> [SolvChoice] {
        let solver: UnsafeMutablePointer<Solver> = solver_create(pointer)
        defer { solver_free(solver) }
        // What dnf sets too, so that the same packages come out.
        for flag in [
            SOLVER_FLAG_BEST_OBEY_POLICY, SOLVER_FLAG_YUM_OBSOLETES, SOLVER_FLAG_URPM_REORDER,
            SOLVER_FLAG_ALLOW_VENDORCHANGE, SOLVER_FLAG_KEEP_ORPHANS,
        ] {
            solver_set_flag(solver, flag, 1)
        }
        solver_set_flag(solver, SOLVER_FLAG_IGNORE_RECOMMENDED, weakDependencies ? 0 : 1)

        var jobs: [Id] = []
        for selection in selections {
            for index in stride(from: 0, to: selection.elements.count, by: 2) {
                jobs += [selection.elements[index] | SOLVER_INSTALL, selection.elements[index + 1]]
            }
        }
        for package in installed { jobs += [SOLVER_SOLVABLE | SOLVER_LOCK, package.id] }
        let problems = withQueue(of: jobs) { solver_solve(solver, $0) }
        guard problems == 0 else { throw explanations(solver, count: problems) }

        let transaction: UnsafeMutablePointer<Transaction> = solver_create_transaction(solver)
        defer { transaction_free(transaction) }
        let ids = withQueue { queue in
            transaction_installedresult(transaction, queue)
            return queue.ids
        }
        return ids.filter { !SolvPackage(id: $0, pool: self).isInstalled }.map { id in
            var info: Id = 0
            let reason = solver_describe_decision(solver, id, &info)
            let isWeak = [SOLVER_REASON_WEAKDEP, SOLVER_REASON_RECOMMENDED, SOLVER_REASON_SUPPLEMENTED].contains(reason)
            return SolvChoice(package: SolvPackage(id: id, pool: self), reason: isWeak ? .weak : .required)
        }
    }

    private var installed: [SolvPackage] {
        guard let repository = pointer.pointee.installed else { return [] }
        return repositories.first { $0.pointer == repository }?.packages ?? []
    }

    /// The packages that a rule is about. A rule of a job (`SOLVER_RULE_JOB` and its kin) has the job's number there.
    private func packages(_ source: Id, _ target: Id, of type: SolverRuleinfo) -> [SolvPackage] {
        guard type.rawValue & UInt32(SOLVER_RULE_TYPEMASK) != SOLVER_RULE_JOB.rawValue else { return [] }
        return [source, target].filter { $0 > 0 && $0 < pointer.pointee.nsolvables }
            .map { SolvPackage(id: $0, pool: self) }
    }

    /// The rules behind each problem, most general first, each said once.
    private func explanations(_ solver: UnsafeMutablePointer<Solver>, count: Int32) -> SolvProblems {
        var texts: [String] = []
        var held: [String] = []
        for problem in 1...max(1, count) where problem <= count {
            let rules = withQueue { queue in
                solver_findallproblemrules(solver, problem, queue)
                return queue.ids
            }
            for rule in rules {
                var source: Id = 0
                var target: Id = 0
                var dependency: Id = 0
                let type = solver_ruleinfo(solver, rule, &source, &target, &dependency)
                for package in packages(source, target, of: type) where package.isInstalled {
                    let name = "\(package.name)-\(package.evr).\(package.arch)"
                    if !held.contains(name) { held.append(name) }
                }
                // Same-name and job rules only repeat what the others say in terms of packages.
                guard type != SOLVER_RULE_JOB || rules.count == 1 else { continue }
                guard let text = solver_problemruleinfo2str(solver, type, source, target, dependency) else { continue }
                let line = String(cString: text)
                if !texts.contains(line) { texts.append(line) }
            }
        }
        return SolvProblems(explanations: texts, heldPackages: held)
    }
}
