import SystemPackage

extension IgnitionConfig {
    /// Translates a Butane config of the variant fcos, 1.0.0 to 1.6.0, into the Ignition spec that its version stands for.
    /// ``warnings`` has what Butane would warn of. Contents are compressed where Butane would compress them; the bytes may be
    /// others, as there are many gzips of one content.
    ///
    /// Format: https://coreos.github.io/butane/specs/
    ///
    /// - Parameters:
    ///   - butane: the YAML text.
    ///   - source: where it came from, for errors.
    ///   - filesDirectory: what the paths of `local`, `contents_local`, `ssh_authorized_keys_local` and `storage.trees` are
    ///     relative to; nil if a config must not name files.
    ///   - newest: the newest spec version that the guest takes; a config of a newer one is translated to it.
    /// - Throws: ``IgnitionError`` with line, column and key where it is not YAML, a key is unknown to that version, a
    ///   value is missing or wrong, a local file cannot be read, or a key is one that the guest's spec does not have.
    public init(
        butane: [UInt8], source: String, filesDirectory: FilePath?, newest: SpecVersion = .guestDefault
    ) throws {
        let root = try YAMLReader.read(butane, source: source)
        guard case .object = root.content else { throw IgnitionError(source: source, reason: "not a Butane config") }
        let version = try ButaneVersion(of: root, source: source)
        let files = LocalFiles(directory: filesDirectory, source: source)
        var translation = ButaneTranslation(source: source, version: version, files: files, newest: newest)
        let node = try translation.config(root)
        try self.init(node, version: version.spec, source: source, newest: newest)
        warnings = translation.warnings + warnings
    }
}
