import Foundation
import HostSystem
import SystemPackage
import TestSupport

@testable import DiskImage

/// A system that ships boot loaders, as a directory.
struct BootLoaderFixture {
    let directory: TemporaryDirectory
    var files: DirectoryFiles { DirectoryFiles(directory.path) }

    init(_ paths: [String: String] = [:]) throws {
        directory = try TemporaryDirectory()
        for (path, text) in paths { try directory.write(text, to: path) }
    }

    /// bootupd's files for GRUB, in its layout.
    static let configuration = [
        "usr/lib/bootupd/grub2-static/grub-static-pre.cfg": """
        if [ -f ${config_directory}/bootuuid.cfg ]; then
          source ${config_directory}/bootuuid.cfg
        fi
        search --label boot --set boot --no-floppy
        set root=$boot

        """,
        "usr/lib/bootupd/grub2-static/grub-static-efi.cfg": "search --label boot --set prefix\nboot\n",
        "usr/lib/bootupd/grub2-static/configs.d/10_blscfg.cfg": "blscfg\n",
        "usr/lib/bootupd/grub2-static/configs.d/05_ignition.cfg": "set ignition_firstboot=\"\"\n",
        "usr/lib/bootupd/grub2-static/configs.d/README.md": "not for GRUB",
    ]

    /// Fedora's boot programs below a folder.
    static func programs(_ folder: String, fallback: Bool = true) -> [String: String] {
        var files = [
            "\(folder)/fedora/shimx64.efi": "shim", "\(folder)/fedora/grubx64.efi": "grub",
            "\(folder)/fedora/mmx64.efi": "mok",
        ]
        if fallback {
            files["\(folder)/BOOT/BOOTX64.EFI"] = "shim"
            files["\(folder)/BOOT/fbx64.efi"] = "fallback"
        }
        return files
    }

    static let metadata = [
        BootupdState.metadataPath: """
        {"timestamp":"2025-02-01T10:00:00Z","version":"grub2-1:2.12-1,shim-15.8-3",
         "versions":[{"name":"grub2","rpm_evr":"1:2.12-1"},{"name":"shim","rpm_evr":"15.8-3"}]}
        """
    ]

    static func fedora(_ folder: String = "usr/lib/bootupd/updates/EFI", fallback: Bool = true) throws -> Self {
        try Self(
            configuration.merging(programs(folder, fallback: fallback)) { $1 }.merging(metadata) { $1 })
    }
}

extension [BootFile] {
    /// The texts by path.
    var texts: [String: String] {
        var texts: [String: String] = [:]
        for file in self {
            switch file.content {
            case .bytes(let bytes): texts[file.path] = String(decoding: bytes, as: UTF8.self)
            case .file(let path, _): texts[file.path] = path.string
            }
        }
        return texts
    }
}
