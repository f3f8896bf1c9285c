import SystemPackage

extension Manifest: Codable {
    /// Reads a flattened treefile's JSON; unknown keys are ignored, as in every JSON treefile.
    public init(from decoder: any Decoder) throws {
        let value = try ConfigValue(from: decoder)
        let file = FilePath("treefile.json")
        var keys = try KeyReader(SourceNode(value), file: file)
        try self.init(reading: &keys, basearch: value["basearch"]?.text ?? "")
        if value["basearch"] == nil { basearch = nil }
    }

    /// Writes the kebab-case keys that are set.
    public func encode(to encoder: any Encoder) throws {
        try json.encode(to: encoder)
    }

    /// The treefile as a JSON value: only what is set, without `variables` and `repovars`.
    public var json: ConfigValue {
        var object = JSONObject()
        packageKeys(&object)
        commitKeys(&object)
        treeKeys(&object)
        return .object(object.members)
    }

    private func packageKeys(_ object: inout JSONObject) {
        object["packages"] = packages
        object.members["repo-packages"] = .list(repoPackages) { entry in
            .object(["repo": .string(entry.repo), "packages": .array(entry.packages.map(ConfigValue.string))])
        }
        object["exclude-packages"] = excludePackages
        object["repos"] = repos
        object["lockfile-repos"] = lockfileRepos
        object["recommends"] = recommends
        object["documentation"] = documentation
        object["install-langs"] = installLangs
        object.members["releasever"] = releasever
        object["basearch"] = basearch
    }

    private func commitKeys(_ object: inout JSONObject) {
        object["ref"] = ref
        object["metadata"] = metadata
        object["add-commit-metadata"] = addCommitMetadata
        object["gpg-key"] = gpgKey
        object["automatic-version-prefix"] = automaticVersionPrefix
        object["automatic-version-suffix"] = automaticVersionSuffix
        object["mutate-os-release"] = mutateOSRelease
        object["repo-metadata"] = repoMetadata?.rawValue
        object["advisories-metadata"] = advisoriesMetadata?.rawValue
        object["container-cmd"] = containerCmd
        if let rojig {
            var entry = JSONObject()
            entry["name"] = rojig.name
            entry["summary"] = rojig.summary
            entry["license"] = rojig.license
            entry["description"] = rojig.description
            object.members["rojig"] = .object(entry.members)
        }
    }

    private func treeKeys(_ object: inout JSONObject) {
        object["edition"] = edition?.rawValue
        object["container"] = container
        object["selinux"] = selinux
        object.members["selinux-label-version"] = selinuxLabelVersion.map(ConfigValue.integer)
        object["ignore-devices"] = ignoreDevices
        object["sysusers"] = sysusers?.rawValue
        object["ima"] = ima
        object["ostree-layers"] = ostreeLayers
        object["ostree-override-layers"] = ostreeOverrideLayers
        object["initramfs-args"] = initramfsArgs
        object["no-initramfs"] = noInitramfs
        object["readonly-executables"] = readonlyExecutables
        object["boot-location"] = bootLocation?.rawValue
        object["tmp-is-dir"] = tmpIsDir
        object["opt-usrlocal"] = optUsrLocal?.rawValue
        object["units"] = units
        object["default-target"] = defaultTarget
        object["machineid-compat"] = machineIDCompat
        object["rpmdb"] = rpmdb?.rawValue
        object["rpmdb-normalize"] = rpmdbNormalize
        object["cliwrap"] = cliwrap
        object["cliwrap-binaries"] = cliwrapBinaries
        object["platform-module"] = platformModule
        object["etc-group-members"] = etcGroupMembers
        object["preserve-passwd"] = preservePasswd
        object.members["check-passwd"] = checkPasswd?.json
        object.members["check-groups"] = checkGroups?.json
        object["ignore-removed-users"] = ignoreRemovedUsers
        object["ignore-removed-groups"] = ignoreRemovedGroups
        object["postprocess"] = postprocess
        object["postprocess-script"] = postprocessScript
        object.members["add-files"] = .list(addFiles) { .array([.string($0.source), .string($0.destination)]) }
        object["remove-files"] = removeFiles
        object.members["remove-from-packages"] = .list(removeFromPackages) { entry in
            .array(([entry.package] + entry.patterns).map(ConfigValue.string))
        }
    }
}

/// Members of a JSON object; what is absent or empty is left out.
private struct JSONObject {
    var members: [String: ConfigValue] = [:]

    subscript(key: String) -> String? {
        get { members[key]?.text }
        set { members[key] = newValue.map(ConfigValue.string) }
    }
    subscript(key: String) -> Bool? {
        get { if case .boolean(let value) = members[key] { value } else { nil } }
        set { members[key] = newValue.map(ConfigValue.boolean) }
    }
    subscript(key: String) -> [String] {
        get { if case .array(let values) = members[key] { values.compactMap(\.text) } else { [] } }
        set { members[key] = .list(newValue, ConfigValue.string) }
    }
    subscript(key: String) -> [String: ConfigValue] {
        get { if case .object(let values) = members[key] { values } else { [:] } }
        set { members[key] = newValue.isEmpty ? nil : .object(newValue) }
    }
}

extension ConfigValue {
    fileprivate static func list<Element>(
        _ elements: [Element], _ convert: (Element) -> ConfigValue
    ) -> ConfigValue? {
        elements.isEmpty ? nil : .array(elements.map(convert))
    }
}

extension AccountCheck {
    fileprivate var json: ConfigValue {
        var members: [String: ConfigValue] = ["type": .string(kind.rawValue)]
        members["filename"] = filename.map(ConfigValue.string)
        members["entries"] = entries.map(ConfigValue.object)
        return .object(members)
    }
}
