import CSolv

/// Packages chosen by a spec, in the form in which the solver takes them.
public struct SolvSelection {
    let elements: [Id]

    /// Whether nothing was chosen.
    public var isEmpty: Bool { elements.isEmpty }
}

extension SolvPool {
    /// What a spec is compared with.
    public enum Match: Sendable {
        /// Names: `foo`, `foo.noarch`, `foo-1.0`, `foo-1.0-1.noarch`, `foo >= 1.0`, `foo*`.
        case name
        /// Provided capabilities.
        case provides
        /// File names; only where file lists are loaded are all of them known.
        case files
    }

    /// Chooses packages by a spec.
    ///
    /// - Parameter includingExcluded: also look at what ``exclude(_:)`` took out.
    public func select(_ spec: String, _ match: Match, includingExcluded: Bool = false) -> SolvSelection {
        var flags: Int32
        switch match {
        case .name: flags = SELECTION_NAME | SELECTION_GLOB | SELECTION_CANON | SELECTION_DOTARCH | SELECTION_REL
        case .provides: flags = SELECTION_PROVIDES | SELECTION_GLOB | SELECTION_REL
        case .files: flags = SELECTION_FILELIST | SELECTION_GLOB
        }
        if includingExcluded { flags |= SELECTION_WITH_DISABLED | SELECTION_WITH_BADARCH }
        return withQueue { queue in
            selection_make(pointer, queue, spec, flags)
            return SolvSelection(elements: queue.ids)
        }
    }

    /// The packages of a selection.
    public func packages(of selection: SolvSelection) -> [SolvPackage] {
        withQueue(of: selection.elements) { selected in
            withQueue { result in
                selection_solvables(pointer, selected, result)
                return result.ids.map { SolvPackage(id: $0, pool: self) }
            }
        }
    }

    /// A selection of which the solver takes one.
    public func selection(oneOf packages: [SolvPackage]) -> SolvSelection {
        guard !packages.isEmpty else { return SolvSelection(elements: []) }
        return withQueue(of: packages.map(\.id)) { queue in
            SolvSelection(elements: [SOLVER_SOLVABLE_ONE_OF, pool_queuetowhatprovides(pointer, queue)])
        }
    }

    /// Packages that obsolete one of the given ones.
    public func obsoleters(of packages: [SolvPackage]) -> [SolvPackage] {
        var found: [SolvPackage] = []
        let targets = Dictionary(grouping: packages, by: \.name)
        for repository in repositories {
            for candidate in repository.packages where targets[candidate.name] == nil {
                let obsoletes = candidate.dependencies(SOLVABLE_OBSOLETES)
                let isMatch = obsoletes.contains { dependency in
                    packages.contains { pool_match_nevr(pointer, solvable($0.id), dependency) != 0 }
                }
                if isMatch { found.append(candidate) }
            }
        }
        return found
    }
}
