import Treefile

extension Manifest {
    /// The variables of `.repo` files: `basearch`, `arch`, `releasever`, and `repovars`.
    public func repositoryVariables(basearch: String) -> [String: String] {
        var variables = repovars
        variables["basearch"] = basearch
        variables["arch"] = basearch
        if let releaseVersion {
            variables["releasever"] = releaseVersion
            let parts = releaseVersion.split(separator: ".", maxSplits: 1)
            variables["releasever_major"] = parts.first.map(String.init)
            variables["releasever_minor"] = parts.count > 1 ? String(parts[1]) : ""
        }
        return variables
    }
}
