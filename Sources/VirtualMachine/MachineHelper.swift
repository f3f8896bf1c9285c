import Foundation
import HostSystem
import SystemPackage

/// A part of a machine that is a program of its own beside QEMU and talks to it over a socket.
enum MachineHelper: Sendable, Hashable {
    /// The TPM: swtpm.
    case tpm
    /// What serves a shared folder, by its place among them: virtiofsd.
    case folder(Int)
    /// What serves a disk, by its place among them: QEMU's storage daemon.
    case disk(Int)

    /// What people know it by.
    var name: String {
        switch self {
        case .tpm: "swtpm"
        case .folder: "virtiofsd"
        case .disk: "qemu-storage-daemon"
        }
    }

    /// What may help where it fails; "" for nothing.
    var hint: String {
        switch self {
        case .tpm, .disk: ""
        // It changes its root folder.
        case .folder: getuid() == 0 ? "" : "; it needs root, or user namespaces for this user"
        }
    }
}

extension MachineDescription {
    /// The helpers of such a machine, in the order in which QEMU gets their sockets.
    var helpers: [MachineHelper] {
        let served = disks.indices.filter { disks[$0].isOverSocket }
        return (hasTPM ? [.tpm] : []) + sharedFolders.indices.map(MachineHelper.folder) + served.map(MachineHelper.disk)
    }
}

/// The helpers of one machine. They end with it, and with this process.
final class MachineHelpers: Sendable {
    private struct Started {
        let helper: MachineHelper
        let process: BackgroundProcess
        let log: FilePath
    }

    /// QEMU's ends of their sockets, in the order of ``MachineDescription/helpers``. QEMU has them once it is started: they are
    /// to be closed then.
    let sockets: [FileDescriptor]
    private let started: [Started]

    /// Starts those that `description` asks for.
    ///
    /// - Throws: ``MachineError`` where one cannot be started, with what to do.
    init(_ description: MachineDescription, files: MachineFiles) throws {
        var started: [Started] = []
        var sockets: [FileDescriptor] = []
        do {
            for helper in description.helpers {
                let log = files.temporary.appending("\(helper.name)-\(started.count).log")
                let start = HelperStart(files: files, log: log)
                let (process, socket) =
                    switch helper {
                    case .tpm: try start.tpm()
                    case .disk(let index): try start.server(ofDisk: files.disk(index))
                    case .folder(let index): try start.server(of: description.sharedFolders[index])
                    }
                sockets.append(socket)
                started.append(Started(helper: helper, process: process, log: log))
            }
        } catch {
            for socket in sockets { try? socket.close() }
            throw error
        }
        (self.started, self.sockets) = (started, sockets)
    }

    /// Waits for the end of a helper that goes wrong; nil where all of them end in good order, or the task is cancelled.
    func failure() async -> MachineError? {
        await withTaskGroup(of: MachineError?.self) { group in
            for one in started {
                group.addTask { await one.process.exit().flatMap { Self.error(one, status: $0) } }
            }
            defer { group.cancelAll() }
            for await error in group { if let error { return error } }
            return nil
        }
    }

    /// Why one of them has ended already; nil where none did, or in good order.
    var endedBadly: MachineError? {
        started.lazy.compactMap { one in one.process.status.flatMap { Self.error(one, status: $0) } }.first
    }

    private static func error(_ one: Started, status: Int32) -> MachineError? {
        guard status != 0 else { return nil }
        let said = String(decoding: (try? FileContent.read(one.log)) ?? [], as: UTF8.self)
        let last = said.split(whereSeparator: \.isNewline).last.map { ": \($0)" } ?? ""
        let how = status > 128 ? "was killed by signal \(status - 128)" : "ended with status \(status)"
        return MachineError(
            kind: .exited(status: status),
            reason: "\(one.helper.name), a part of the machine, \(how)\(last)\(one.helper.hint)")
    }

    /// Ends them.
    func kill() { for one in started { one.process.kill() } }

    /// Ends them and waits until they are gone.
    func killAndWait() async { for one in started { await one.process.killAndWait() } }
}
