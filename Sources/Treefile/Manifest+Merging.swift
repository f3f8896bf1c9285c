extension Manifest {
    /// Merges what an included treefile says into this one, which includes it.
    ///
    /// A scalar that is set here stays; lists of the included file come first; maps are joined and the value here
    /// wins; sets are united.
    mutating func merge(included: Manifest) {
        mergeScalars(included)
        mergeLists(included)
        metadata.merge(included.metadata) { mine, _ in mine }
        addCommitMetadata.merge(included.addCommitMetadata) { mine, _ in mine }
        variables.merge(included.variables) { mine, _ in mine }
        repovars.merge(included.repovars) { mine, _ in mine }
        packages = Set(packages + included.packages).sorted()
        ignoreRemovedUsers = Set(ignoreRemovedUsers + included.ignoreRemovedUsers).sorted()
        ignoreRemovedGroups = Set(ignoreRemovedGroups + included.ignoreRemovedGroups).sorted()
    }

    private mutating func mergeScalars(_ included: Manifest) {
        func first<Value>(_ path: WritableKeyPath<Manifest, Value?>) {
            if self[keyPath: path] == nil { self[keyPath: path] = included[keyPath: path] }
        }
        first(\.recommends)
        first(\.documentation)
        first(\.releasever)
        first(\.basearch)
        first(\.ref)
        first(\.gpgKey)
        first(\.automaticVersionPrefix)
        first(\.automaticVersionSuffix)
        first(\.mutateOSRelease)
        first(\.repoMetadata)
        first(\.advisoriesMetadata)
        first(\.rojig)
        first(\.edition)
        first(\.container)
        first(\.selinux)
        first(\.selinuxLabelVersion)
        first(\.ignoreDevices)
        first(\.sysusers)
        first(\.ima)
        first(\.noInitramfs)
        first(\.readonlyExecutables)
        first(\.bootLocation)
        first(\.tmpIsDir)
        first(\.optUsrLocal)
        first(\.defaultTarget)
        first(\.machineIDCompat)
        first(\.rpmdb)
        first(\.rpmdbNormalize)
        first(\.cliwrap)
        first(\.platformModule)
        first(\.preservePasswd)
        first(\.checkPasswd)
        first(\.checkGroups)
        first(\.postprocessScript)
        // Upstream has this list among the scalars of the container image: the closest one is the command.
        if containerCmd.isEmpty { containerCmd = included.containerCmd }
        if cliwrapBinaries.isEmpty { cliwrapBinaries = included.cliwrapBinaries }
    }

    private mutating func mergeLists(_ included: Manifest) {
        repoPackages = included.repoPackages + repoPackages
        excludePackages = included.excludePackages + excludePackages
        repos = included.repos + repos
        lockfileRepos = included.lockfileRepos + lockfileRepos
        installLangs = included.installLangs + installLangs
        ostreeLayers = included.ostreeLayers + ostreeLayers
        ostreeOverrideLayers = included.ostreeOverrideLayers + ostreeOverrideLayers
        initramfsArgs = included.initramfsArgs + initramfsArgs
        units = included.units + units
        etcGroupMembers = included.etcGroupMembers + etcGroupMembers
        postprocess = included.postprocess + postprocess
        addFiles = included.addFiles + addFiles
        removeFiles = included.removeFiles + removeFiles
        removeFromPackages = included.removeFromPackages + removeFromPackages
    }

    /// Where two `repo-packages` entries name the same package, the later one has it.
    mutating func settleRepoPackages() {
        var taken: Set<String> = []
        var settled: [RepoPackages] = []
        for entry in repoPackages.reversed() {
            let packages = entry.packages.filter { taken.insert($0).inserted }
            if !packages.isEmpty { settled.append(RepoPackages(repo: entry.repo, packages: packages)) }
        }
        repoPackages = settled.reversed()
    }
}
