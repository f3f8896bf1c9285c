import RPM
import SystemPackage

/// Runs the scripts of all packages in the order in which rpm-ostree runs them: every %pre, then package by package
/// the owners of its files and its %post, then every %posttrans, then the transaction file triggers.
struct PackageScripts {
    /// In install order, which is also their position among the tree's origins.
    let packages: [ImportedPackage]
    /// The packages that were in the tree before: their triggers run for the files of the new ones, and triggers of the
    /// new ones for all files.
    var base: [ImportedPackage] = []
    let tree: TreeDirectory
    let runner: ScriptRunner
    let owners: OwnerOverlay
    /// Whether the kernel is placed by kernel-install(8).
    let kernelInstall: Bool

    private static let trigger = "%transfiletriggerin"

    /// Refuses what cannot be run, before anything is.
    ///
    /// - Throws: ``ComposeError/unsupportedScript(package:kind:reason:)``
    func check() throws {
        for package in packages {
            try ScriptPolicy.checkTriggers(package.header)
            for kind in ScriptletKind.allCases { _ = try scriptlet(kind, of: package) }
        }
        _ = try triggers()
    }

    /// Runs everything and returns how many scripts were run.
    func run() async throws -> Int {
        var count = try await run(.pre)
        var accounts = AccountNames(tree: runner.sandbox.tree)
        for (index, package) in packages.enumerated() {
            try owners.apply(package, accounts) { isOwn($0, index) }
            if let scriptlet = try scriptlet(.post, of: package) {
                try await runner.run(scriptlet, package: package.header.name, phase: ScriptletKind.post.rawValue)
                count += 1
                accounts = AccountNames(tree: runner.sandbox.tree)
            }
        }
        count += try await run(.posttrans)
        for (package, trigger, files) in try triggers() where !files.isEmpty {
            try await runner.run(
                trigger.scriptlet, package: package.header.name, phase: Self.trigger, argument: nil,
                input: Array((files.joined(separator: "\n") + "\n").utf8))
            count += 1
        }
        return count
    }

    private func run(_ kind: ScriptletKind) async throws -> Int {
        var count = 0
        for package in packages {
            guard let scriptlet = try scriptlet(kind, of: package) else { continue }
            try await runner.run(scriptlet, package: package.header.name, phase: kind.rawValue)
            count += 1
        }
        return count
    }

    private func scriptlet(_ kind: ScriptletKind, of package: ImportedPackage) throws -> Scriptlet? {
        guard !ignores(kind.rawValue, package), let scriptlet = package.header.scriptlet(kind),
            try ScriptPolicy.check(scriptlet, kind: kind.rawValue, package: package.header.nevra)
        else { return nil }
        return scriptlet
    }

    private func ignores(_ kind: String, _ package: ImportedPackage) -> Bool {
        ScriptPolicy.ignores(kind, of: package.header.name, kernelInstall: kernelInstall)
    }

    /// Whether the tree still holds what a package brought: a layer may have replaced it, with its own owner.
    private func isOwn(_ path: String, _ index: Int) -> Bool {
        if path.hasPrefix("var/") { return true }
        switch tree[path] {
        case .directory: return true
        // An equal file of several packages is noted under the first of them.
        case .file(let file): return file.origin.map { $0 <= index } ?? false
        case nil: return false
        }
    }

    /// The triggers with the files that they are for: higher priorities first, equal ones in the order of their packages.
    private func triggers() throws -> [(package: ImportedPackage, trigger: FileTrigger, files: [String])] {
        var triggers: [(package: ImportedPackage, trigger: FileTrigger, files: [String])] = []
        for (owners, isBase) in [(base, true), (packages, false)] {
            for package in owners where !ignores(Self.trigger, package) {
                for trigger in package.header.transactionFileTriggers() {
                    let files = matches(trigger, in: isBase ? packages : base + packages)
                    // One that has nothing to do need not be one that can be run.
                    if isBase, files.isEmpty { continue }
                    let wanted = try ScriptPolicy.check(
                        trigger.scriptlet, kind: Self.trigger, package: package.header.nevra)
                    if wanted { triggers.append((package, trigger, files)) }
                }
            }
        }
        return triggers.enumerated().sorted {
            ($1.element.trigger.priority, $0.offset) < ($0.element.trigger.priority, $1.offset)
        }.map(\.element)
    }

    private func matches(_ trigger: FileTrigger, in packages: [ImportedPackage]) -> [String] {
        var paths: Set<String> = []
        for package in packages {
            for file in package.files where trigger.prefixes.contains(where: { file.path.hasPrefix($0) }) {
                guard case .tree(let place) = PathTranslation.of(file.path, isSymlink: file.isSymlink),
                    tree[place] != nil
                else { continue }
                paths.insert(file.path)
            }
        }
        return paths.sorted()
    }
}
