import Builds
import HostSystem
import NodeImage
import Packages
import SystemPackage
import Treefile

extension Configuration {
    /// Where the treefile of the node image is when none is named.
    static func nodeManifest(_ directory: WorkingDirectory) throws -> FilePath {
        let name = try directory.configFile("manifest").lastComponent?.string ?? "manifest.yaml"
        return directory.config.appending("node").appending(name)
    }

    /// The configuration of a node image: a treefile that is applied to a base, and the repositories of the `.repo`
    /// files beside it, beside the base's manifest and in `src/yumrepos`.
    ///
    /// - Throws: `TreefileError`, `PackagesError`, ``PipelineError``.
    static func loadNode(
        _ directory: WorkingDirectory, options: NodeOptions, base: NodeBase, basearch: String
    ) throws -> Configuration {
        let path = try options.manifest ?? nodeManifest(directory)
        guard FileContent.exists(path) else {
            throw PipelineError(
                "there is no treefile \(path) to make a node image with; write one, or name one with --manifest")
        }
        var variables: [String: ConfigValue] = [:]
        variables["osversion"] = base.osversion.map(ConfigValue.string)
        variables.merge(options.variables.mapValues(ConfigValue.string)) { $1 }
        var manifest = try FlattenedManifest.load(
            path, basearch: basearch, purpose: .application, variables: variables)
        if manifest.manifest.releasever == nil {
            manifest.manifest.releasever = base.release["VERSION_ID"].map(ConfigValue.string)
        }
        var repositoryVariables = manifest.manifest.repovars
        repositoryVariables["basearch"] = basearch
        repositoryVariables["releasever"] = manifest.manifest.releaseVersion
        let folders = [directory.config, manifest.directory, directory.yumRepos].filter(FileContent.isDirectory)
        let configuration = Configuration(
            directory: directory, basearch: basearch, variant: try directory.variant(), manifest: manifest,
            image: try ImageConfig.load(try directory.configFile("image")), platforms: PlatformsTable(),
            repositories: try RepositoryFile.load(directories: folders, variables: repositoryVariables),
            lockfiles: lockfiles(in: manifest.directory, basearch: basearch), layers: [])
        try configuration.checkRepositories(osversion: variables["osversion"]?.text)
        return configuration
    }

    /// Repositories that do not exist are how treefiles say that they do not know a base (`repos: [ENOEXIST]`).
    private func checkRepositories(osversion: String?) throws {
        do {
            _ = try PackageSource(self).repositories()
        } catch let error as PackagesError {
            let file = manifest.files.first?.string ?? "the treefile"
            throw PipelineError(
                "\(file): \(error); the treefile was read for osversion \"\(osversion ?? "")\" (the base's os-release, "
                    + "or --var osversion=…): does it know that one?")
        }
    }
}
