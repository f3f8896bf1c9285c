import Foundation

extension IgnitionConfig {
    /// Adds a file, replacing one that is there on the guest.
    ///
    /// - Parameters:
    ///   - path: where, on the guest.
    ///   - contents: its bytes; they travel inside the config.
    ///   - mode: its permissions.
    ///   - user: the name of its owner; nil for root.
    public mutating func addFile(_ path: String, contents: some Sequence<UInt8>, mode: Int = 0o644, user: String? = nil)
    {
        var file: ConfigValue = [
            "path": .string(path), "mode": .integer(mode), "overwrite": true,
            "contents": ["source": .string(Self.dataURL(contents))],
        ]
        if let user { file["user"] = ["name": .string(user)] }
        append(file, to: "storage", "files")
    }

    /// Adds a file with text.
    public mutating func addFile(_ path: String, text: String, mode: Int = 0o644) {
        addFile(path, contents: text.utf8, mode: mode)
    }

    /// Sets the host name.
    public mutating func setHostname(_ name: String) { addFile("/etc/hostname", text: name + "\n") }

    /// Adds a systemd unit.
    ///
    /// - Parameters:
    ///   - name: with its suffix.
    ///   - contents: the unit file.
    ///   - enabled: nil leaves it to the guest's presets.
    public mutating func addUnit(_ name: String, contents: String, enabled: Bool? = true) {
        var unit: ConfigValue = ["name": .string(name), "contents": .string(contents)]
        if let enabled { unit["enabled"] = .bool(enabled) }
        append(unit, to: "systemd", "units")
    }

    /// Adds a drop-in to a systemd unit of the guest's.
    public mutating func addDropin(_ name: String, to unit: String, contents: String) {
        let dropin: ConfigValue = ["name": .string(name), "contents": .string(contents)]
        append(["name": .string(unit), "dropins": [dropin]], to: "systemd", "units")
    }

    /// Adds a user, or keys and groups to one that is there.
    public mutating func addUser(_ name: String, sshKeys: [String] = [], groups: [String] = []) {
        var user: ConfigValue = ["name": .string(name)]
        if !sshKeys.isEmpty { user["sshAuthorizedKeys"] = .array(sshKeys.map { .string($0) }) }
        if !groups.isEmpty { user["groups"] = .array(groups.map { .string($0) }) }
        append(user, to: "passwd", "users")
    }

    /// The names of the units that it writes or enables, in its order.
    public var unitNames: [String] { (root["systemd"]?["units"]?.array ?? []).compactMap { $0["name"]?.string } }

    /// The paths of the files that it writes, in its order.
    public var filePaths: [String] { (root["storage"]?["files"]?.array ?? []).compactMap { $0["path"]?.string } }

    /// A `data:` URL of some bytes.
    static func dataURL(_ bytes: some Sequence<UInt8>) -> String {
        "data:;base64," + Data(bytes).base64EncodedString()
    }

    private mutating func append(_ element: ConfigValue, to section: String, _ list: String) {
        var sectionValue = root[section] ?? [:]
        sectionValue[list] = .array((sectionValue[list]?.array ?? []) + [element])
        root[section] = sectionValue
    }
}
