import ContainerImage
import HostSystem
import SystemPackage
import VirtualMachine

/// Moves machines to the OS in a container image before their tests (`--oscontainer`): each boots its image, gets the
/// difference, and boots again.
///
/// The image is read once in a run, and the difference is made once for each commit that machines boot.
actor ContainerRebase {
    /// What machines are moved to.
    nonisolated let target: UpgradeTarget
    private let folder: FilePath
    private var updates: [String: Task<FilePath, any Error>] = [:]

    /// Reads the image.
    ///
    /// - Parameters:
    ///   - directory: a working directory of cosa, whose builds machines may have booted.
    ///   - folder: a temporary folder of the run.
    init(_ source: ImageSource, in directory: FilePath, architecture: String, folder: FilePath) async throws {
        self.folder = folder.appending("rebase")
        try FileContent.createDirectory(self.folder)
        target = try await UpgradeTarget.container(
            source, in: directory, architecture: architecture, repository: self.folder.appending("repo"))
    }

    /// Moves a machine that is ready. It is ready again afterwards.
    ///
    /// - Throws: ``TestFailure`` where it does not come up with the image's commit; ``MachineError``.
    nonisolated func apply(to machine: Machine) async throws {
        let boot = try await machine.ready()
        let old = try await GuestDeployment(of: machine.commands)
        guard old.commit != target.commit else { return }
        try await old.deploy(target.commit, from: try await update(from: old.commit), over: machine.commands)
        try await machine.commands.run("systemctl --no-block reboot")
        machine.begin(at: try await machine.ready(after: boot))
        let new = try await GuestDeployment(of: machine.commands)
        guard new.commit == target.commit else {
            throw TestFailure(
                "after the rebase to \(target.build) the machine booted \(new.commit), not \(target.commit)")
        }
    }

    private func update(from base: String) async throws -> FilePath {
        let file = folder.appending("delta-\(base)")
        let task =
            updates[base]
            ?? Task { [target, folder] in
                try await target.addBase(base)
                try await target.writeUpdate(from: base, to: file, scratch: folder)
                return file
            }
        updates[base] = task
        return try await task.value
    }
}
