import Foundation
import HostSystem
import SystemPackage
import VirtualMachine

/// What a development shell shows of cosa's working directory, as upstream's does: all of it to read, its `tmp` to write to.
enum WorkdirFolders {
    /// Where the guest has it.
    static let guest = "/var/mnt/workdir"

    /// The folders; none where this is no working directory, or where nothing serves folders on this host.
    static func shared(_ workdir: FilePath) -> [SharedFolder] {
        let path = FilePath(FileManager.default.currentDirectoryPath).pushing(workdir).lexicallyNormalized()
        let isWorkdir = ["src/config", "builds"].contains { FileContent.isDirectory(path.appending($0)) }
        guard isWorkdir, SharedFolder.canBeServed else { return [] }
        let scratch = path.appending("tmp")
        return [SharedFolder(host: path, guest: guest, isReadOnly: true)]
            + (FileContent.isDirectory(scratch)
                ? [SharedFolder(host: scratch, guest: guest + "-tmp", isReadOnly: false)] : [])
    }
}
