/// GRUB's superusers and their passwords.
///
/// Source: Butane, `docs/config-fcos-v1_5.md` and `config/fcos/v1_5/translate.go`.
enum GrubUsers {
    /// The config that `grub` stands for; nil where it has no users.
    static func config(_ grub: SourceNode, url: ([UInt8], Place) throws -> DataURL) rethrows -> SourceNode? {
        guard let users = grub["users"], !users.elements.isEmpty else { return nil }
        let pairs = users.elements.map { (name: $0["name"]?.text ?? "", hash: $0["password_hash"]?.text ?? "") }
        let lines =
            ["# Made from grub.users", "", "set superusers=\"\(pairs.map(\.name).joined(separator: " "))\""]
            + pairs.map { "password_pbkdf2 \($0.name) \($0.hash)" }
        let url = try url(Array((lines.joined(separator: "\n") + "\n").utf8), users.place)
        let config: ConfigValue = [
            "storage": [
                "filesystems": [["device": "/dev/disk/by-label/boot", "format": "ext4", "path": "/boot"]],
                "files": [
                    [
                        "path": "/boot/grub2/user.cfg",
                        "append": [["source": .string(url.text), "compression": .string(url.compression)]],
                    ]
                ],
            ]
        ]
        return SourceNode(config, at: users.place, hasOwnKeys: false)
    }
}
