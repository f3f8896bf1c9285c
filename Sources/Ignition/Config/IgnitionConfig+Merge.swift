extension IgnitionConfig {
    /// This config with `child` laid over it, as Ignition merges a child config into its parent.
    ///
    /// Objects merge member by member and a child's value wins; list elements with the same key (a file's path, a unit's
    /// name, a filesystem's device …) merge, others are appended; a path that the child makes a file, directory or link is
    /// no longer any of the other two, and a kernel argument is either wanted or not. The version is the newer of both, and
    /// the warnings are those of both.
    public func merged(with child: IgnitionConfig) -> IgnitionConfig {
        let newer = [version, child.version].compactMap(\.self).max()
        let (mine, other) = (raised(to: newer), child.raised(to: newer))
        var result = IgnitionConfig(root: Merge.configs(SourceNode(mine.root), SourceNode(other.root)).value)
        result.warnings = warnings + child.warnings.filter { !warnings.contains($0) }
        return result
    }
}
