extension Manifest {
    /// Keys of derivation treefiles (`origin.d`), which describe a client and no compose.
    private static let derivationKeys: Set<String> = [
        "base-refspec", "container-image-reference", "packages-local", "packages-local-fileoverride",
        "override-remove", "override-replace", "ex-override-replace", "override-replace-local", "initramfs", "custom",
        "override-commit", "unconfigured-state",
    ]

    /// Reads all keys of one treefile but the include keys, which the caller takes first.
    init(reading keys: inout KeyReader, basearch: String) throws {
        try readPackages(&keys, basearch: basearch)
        try readCommit(&keys)
        try readTree(&keys)
        try readAccounts(&keys)
        try readChanges(&keys)
        let derivation = keys.remaining.filter(Self.derivationKeys.contains)
        if let first = derivation.first {
            throw keys.error(
                at: first,
                "the following derivation fields are not supported: \(derivation.joined(separator: ", ")); "
                    + "they belong to an installed system, remove them")
        }
        applyImpliedDefaults()
    }

    private mutating func readPackages(_ keys: inout KeyReader, basearch: String) throws {
        var specs = try Self.specs(keys.take("packages"), "packages", keys)
        specs += try Self.specs(keys.take("bootstrap-packages") ?? keys.take("bootstrap_packages"), "packages", keys)
        for key in keys.remaining where key.hasPrefix("packages-") && !Self.derivationKeys.contains(key) {
            let listed = try Self.archSpecs(keys.take(key), key, keys)
            if key.dropFirst("packages-".count) == basearch { specs += listed }
        }
        packages = Set(specs).sorted()
        repoPackages = try keys.sequence("repo-packages")?.map { node in
            var entry = try KeyReader(node, file: keys.file, name: "repo-packages")
            let repo = try entry.required("repo")
            return RepoPackages(repo: repo, packages: try Self.specs(entry.take("packages"), "packages", entry))
        } ?? []
        excludePackages = try keys.strings("exclude-packages") ?? []
        repos = try keys.strings("repos") ?? []
        lockfileRepos = try keys.strings("lockfile-repos") ?? []
        recommends = try keys.boolean("recommends")
        documentation = try keys.boolean("documentation")
        installLangs = try keys.strings("install-langs") ?? []
        releasever = try Self.releaseVersion(&keys)
        if let arch = try keys.string("basearch"), arch != basearch {
            throw keys.error("Invalid basearch \(arch) on \(basearch): cross-composes are not supported")
        }
        self.basearch = basearch
        for member in try keys.map("repovars") ?? [] {
            try Self.refuseReserved(member, keys)
            repovars[member.key] = try keys.text(member.value, "repovars.\(member.key)")
        }
        for member in try keys.map("variables") ?? [] {
            try Self.refuseReserved(member, keys)
            switch member.value.content {
            case .boolean, .string: variables[member.key] = member.value.value
            case .integer(let number) where number >= 0: variables[member.key] = .integer(number)
            default:
                throw keys.mismatch(
                    member.value, "variables.\(member.key)", expected: "a boolean, a whole number or a text")
            }
        }
    }

    private mutating func readCommit(_ keys: inout KeyReader) throws {
        ref = try keys.string("ref")
        metadata = try keys.values("metadata") ?? [:]
        addCommitMetadata = try keys.values("add-commit-metadata") ?? [:]
        gpgKey = try Self.withLegacy("gpg-key", "gpg_key", &keys) { try $0.string($1) }
        automaticVersionPrefix = try Self.withLegacy(
            "automatic-version-prefix", "automatic_version_prefix", &keys
        ) { try $0.string($1) }
        if let node = keys.take("automatic-version-suffix") {
            let suffix = try keys.text(node, "automatic-version-suffix")
            guard suffix.utf8.count == 1 else {
                throw keys.error(at: node, "Invalid automatic-version-suffix, must be exactly one ASCII character")
            }
            automaticVersionSuffix = suffix
        }
        mutateOSRelease = try keys.string("mutate-os-release")
        repoMetadata = try keys.choice("repo-metadata", MetadataPlacement.self)
        advisoriesMetadata = try keys.choice("advisories-metadata", MetadataPlacement.self)
        containerCmd = try keys.strings("container-cmd") ?? []
        if let node = keys.take("rojig") {
            var entry = try KeyReader(node, file: keys.file, name: "rojig")
            rojig = Rojig(
                name: try entry.required("name"), summary: try entry.required("summary"),
                license: try entry.required("license"), description: try entry.string("description"))
        }
    }

    private mutating func readTree(_ keys: inout KeyReader) throws {
        edition = try keys.choice("edition", Edition.self)
        container = try keys.boolean("container")
        selinux = try keys.boolean("selinux")
        if let node = keys.take("selinux-label-version") {
            guard case .integer(let version) = node.content, version == 0 || version == 1 else {
                throw keys.error(
                    at: node, "Invalid selinux-label-version: \(node.kindDescription); use 0 or 1")
            }
            selinuxLabelVersion = version
        }
        ignoreDevices = try keys.boolean("ignore-devices")
        sysusers = try keys.choice("sysusers", SysusersMode.self)
        ima = try keys.boolean("ima")
        ostreeLayers = try keys.strings("ostree-layers") ?? []
        ostreeOverrideLayers = try keys.strings("ostree-override-layers") ?? []
        initramfsArgs = try keys.strings("initramfs-args") ?? []
        noInitramfs = try keys.boolean("no-initramfs")
        readonlyExecutables = try keys.boolean("readonly-executables")
        bootLocation = try Self.withLegacy("boot-location", "boot_location", &keys) {
            try $0.choice($1, BootLocation.self)
        }
        tmpIsDir = try keys.boolean("tmp-is-dir")
        optUsrLocal = try Self.usrLocal(&keys)
        defaultTarget = try Self.withLegacy("default-target", "default_target", &keys) { try $0.string($1) }
        machineIDCompat = try keys.boolean("machineid-compat")
        units = try keys.strings("units") ?? []
        rpmdb = try keys.choice("rpmdb", DatabaseFormat.self)
        rpmdbNormalize = try keys.boolean("rpmdb-normalize")
        cliwrap = try keys.boolean("cliwrap")
        cliwrapBinaries = try keys.strings("cliwrap-binaries") ?? []
        platformModule = try keys.string("platform-module")
    }

    private mutating func readAccounts(_ keys: inout KeyReader) throws {
        etcGroupMembers = try keys.strings("etc-group-members") ?? []
        preservePasswd = try keys.boolean("preserve-passwd")
        checkPasswd = try Self.accountCheck("check-passwd", &keys)
        checkGroups = try Self.accountCheck("check-groups", &keys)
        ignoreRemovedUsers = Set(try keys.strings("ignore-removed-users") ?? []).sorted()
        ignoreRemovedGroups = Set(try keys.strings("ignore-removed-groups") ?? []).sorted()
    }

    private mutating func readChanges(_ keys: inout KeyReader) throws {
        postprocess = try keys.strings("postprocess") ?? []
        postprocessScript = try keys.string("postprocess-script")
        for node in try keys.sequence("add-files") ?? [] {
            let texts = try Self.texts(node, "add-files", keys)
            guard texts.count == 2 else {
                throw keys.error(at: node, "key 'add-files': an entry is a pair of source and destination")
            }
            guard Self.isValidDestination(texts[1]) else {
                throw keys.error(
                    at: node,
                    "Unsupported path in add-files: \(texts[1]); use a path below /usr (not /usr/local) or /etc")
            }
            addFiles.append(AddedFile(source: texts[0], destination: texts[1]))
        }
        for node in try keys.sequence("remove-files") ?? [] {
            let path = try keys.text(node, "remove-files")
            if path.hasPrefix("/") {
                throw keys.error(at: node, "Invalid absolute path: \(path); remove-files takes paths without a leading /")
            }
            if path.split(separator: "/").contains("..") {
                throw keys.error(at: node, "Invalid '..' in path: \(path); remove-files takes plain paths")
            }
            removeFiles.append(path)
        }
        for node in try keys.sequence("remove-from-packages") ?? [] {
            let texts = try Self.texts(node, "remove-from-packages", keys)
            guard let package = texts.first, texts.count > 1 else {
                throw keys.error(at: node, "key 'remove-from-packages': an entry is a package and its patterns")
            }
            removeFromPackages.append(PackageFileRemoval(package: package, patterns: Array(texts.dropFirst())))
        }
    }

    private mutating func applyImpliedDefaults() {
        if container == true {
            bootLocation = bootLocation ?? .modules
            selinux = selinux ?? false
            tmpIsDir = tmpIsDir ?? true
            preservePasswd = preservePasswd ?? false
            checkPasswd = checkPasswd ?? AccountCheck(kind: .none)
            checkGroups = checkGroups ?? AccountCheck(kind: .none)
        }
        if edition == .y2024 {
            bootLocation = bootLocation ?? .modules
            tmpIsDir = tmpIsDir ?? true
        }
    }
}
