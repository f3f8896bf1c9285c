import CRPM

/// A script that a package brings, with the interpreter that it asks for.
public struct Scriptlet: Sendable, Equatable {
    /// The interpreter and its arguments, such as `["/bin/sh"]` or `["<lua>"]`.
    public var interpreter: [String]
    /// The script's text; empty where the interpreter itself is what is to be run (`%post -p /sbin/ldconfig`).
    public var body: String
    /// `RPMSCRIPT_FLAG_*` bits (macro or query-format expansion at install time).
    public var flags: UInt32
}

/// A transaction file trigger: a script for the files of all packages that lie below its path prefixes.
public struct FileTrigger: Sendable, Equatable {
    /// What to run.
    public var scriptlet: Scriptlet
    /// Absolute path prefixes.
    public var prefixes: [String]
    /// Higher runs first.
    public var priority: UInt32
}

/// The kinds of scripts that run when a package is installed.
public enum ScriptletKind: String, Sendable, CaseIterable {
    case pre = "%pre"
    case post = "%post"
    case posttrans = "%posttrans"

    var tags: (body: rpmTag_e, program: rpmTag_e, flags: rpmTag_e) {
        switch self {
        case .pre: (RPMTAG_PREIN, RPMTAG_PREINPROG, RPMTAG_PREINFLAGS)
        case .post: (RPMTAG_POSTIN, RPMTAG_POSTINPROG, RPMTAG_POSTINFLAGS)
        case .posttrans: (RPMTAG_POSTTRANS, RPMTAG_POSTTRANSPROG, RPMTAG_POSTTRANSFLAGS)
        }
    }
}

extension PackageHeader {
    /// The package's script of a kind; nil where it has none.
    public func scriptlet(_ kind: ScriptletKind) -> Scriptlet? {
        let tags = kind.tags
        let program = strings(tags.program)
        let body = string(tags.body)
        guard body != nil || !program.isEmpty else { return nil }
        return Scriptlet(
            interpreter: program.isEmpty ? ["/bin/sh"] : program, body: body ?? "",
            flags: UInt32(truncatingIfNeeded: integer(tags.flags) ?? 0))
    }

    /// Triggers on the installation of other packages (`%triggerprein`, `%triggerin`): the kinds that it has.
    public var installTriggerKinds: [String] {
        let flags = integers(RPMTAG_TRIGGERFLAGS)
        var kinds: [String] = []
        if flags.contains(where: { $0 & Int64(RPMSENSE_TRIGGERPREIN.rawValue) != 0 }) { kinds.append("%triggerprein") }
        if flags.contains(where: { $0 & Int64(RPMSENSE_TRIGGERIN.rawValue) != 0 }) { kinds.append("%triggerin") }
        return kinds
    }

    /// The package's `%transfiletriggerin` scripts.
    public func transactionFileTriggers() -> [FileTrigger] {
        let bodies = strings(RPMTAG_TRANSFILETRIGGERSCRIPTS)
        let programs = strings(RPMTAG_TRANSFILETRIGGERSCRIPTPROG)
        let scriptFlags = integers(RPMTAG_TRANSFILETRIGGERSCRIPTFLAGS)
        let names = strings(RPMTAG_TRANSFILETRIGGERNAME)
        let indexes = integers(RPMTAG_TRANSFILETRIGGERINDEX)
        let senses = integers(RPMTAG_TRANSFILETRIGGERFLAGS)
        let priorities = integers(RPMTAG_TRANSFILETRIGGERPRIORITIES)
        return bodies.indices.compactMap { script in
            let conditions = names.indices.filter {
                $0 < indexes.count && indexes[$0] == Int64(script) && $0 < senses.count
                    && senses[$0] & Int64(RPMSENSE_TRIGGERIN.rawValue) != 0
            }
            guard !conditions.isEmpty else { return nil }
            return FileTrigger(
                scriptlet: Scriptlet(
                    interpreter: [script < programs.count ? programs[script] : "/bin/sh"], body: bodies[script],
                    flags: script < scriptFlags.count ? UInt32(truncatingIfNeeded: scriptFlags[script]) : 0),
                prefixes: conditions.map { names[$0] },
                priority: script < priorities.count ? UInt32(truncatingIfNeeded: priorities[script]) : 0)
        }
    }
}
