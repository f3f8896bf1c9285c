import Foundation
import HostSystem
import SystemPackage

/// How the helpers of a machine are started: each returns its process, and the socket that QEMU gets.
struct HelperStart {
    let files: MachineFiles
    /// Where its output goes.
    let log: FilePath

    /// A TPM 2.0 with a state of its own, which is empty: a fork's QEMU fills it from the saved machine.
    ///
    /// - Parameter program: swtpm.
    /// - Throws: ``MachineError`` where swtpm is not there.
    func tpm(program: String = "swtpm") throws -> (BackgroundProcess, FileDescriptor) {
        let state = files.temporary.appending("tpm")
        try FileContent.createDirectory(state)
        var command = Command(
            program, ["socket", "--tpm2", "--ctrl", "type=unixio,clientfd=3", "--tpmstate", "dir=.", "--terminate"])
        command.workingDirectory = state
        return try start(
            command, missing: "a machine with a TPM needs swtpm; install the package swtpm, or give --no-qemu-swtpm")
    }

    /// Where virtiofsd may be: Debian's QEMU 7 brings one, newer systems have a package of that name.
    static let fileServers: [FilePath] = ["/usr/lib/qemu/virtiofsd", "/usr/libexec/virtiofsd", "/usr/bin/virtiofsd"]

    /// A server of a folder of the host.
    ///
    /// - Parameter programs: where virtiofsd may be.
    /// - Throws: ``MachineError`` where it is not there, or the folder.
    func server(
        of folder: SharedFolder, programs: [FilePath] = fileServers
    ) throws -> (BackgroundProcess, FileDescriptor) {
        guard FileContent.isDirectory(folder.host) else {
            throw MachineError(kind: .launch, reason: "\(folder.host): no such folder to share with the guest")
        }
        guard let program = programs.first(where: FileContent.exists) else {
            let places = programs.map(\.string).joined(separator: ", ")
            throw MachineError(
                kind: .launch,
                reason: "a shared folder needs virtiofsd, which is not in \(places); "
                    + "install the package qemu-system-common or virtiofsd")
        }
        var command = Command(program.string, ["--fd=3", "-o", "source=\(folder.host)"])
        // The one of QEMU 7 makes no user namespace by itself (the other does), and changes its root folder.
        if getuid() != 0, program == programs.first {
            command = Command("unshare", ["--map-root-user", "--", command.executable] + command.arguments)
        }
        return try startListening(command, missing: "virtiofsd cannot start")
    }

    /// A server of a disk, by the protocol NBD.
    ///
    /// - Throws: ``MachineError`` where QEMU's storage daemon is not there.
    func server(ofDisk overlay: FilePath) throws -> (BackgroundProcess, FileDescriptor) {
        let name = DiskArguments.exportName
        return try startListening(
            Command(
                "qemu-storage-daemon",
                [
                    "--blockdev", DiskArguments.blockDevice("disk", overlay), "--nbd-server",
                    "addr.type=fd,addr.str=3", "--export", "type=nbd,id=disk,node-name=disk,name=\(name),writable=on",
                ]), missing: "a disk behind a socket needs qemu-storage-daemon; install the package qemu-system-common")
    }

    /// Starts a program that listens on a socket, to which QEMU is connected already.
    private func startListening(
        _ command: Command, missing: String
    ) throws -> (BackgroundProcess, FileDescriptor) {
        let pair = try ConnectedListener(in: files.temporary)
        defer { try? pair.listener.close() }
        do {
            return (try launch(command, descriptor: pair.listener, missing: missing), pair.connection)
        } catch {
            try? pair.connection.close()
            throw error
        }
    }

    /// Starts a program that is one end of a connection.
    private func start(_ command: Command, missing: String) throws -> (BackgroundProcess, FileDescriptor) {
        let pair = try SocketPair()
        defer { try? pair.child.close() }
        do {
            return (try launch(command, descriptor: pair.child, missing: missing), pair.host)
        } catch {
            try? pair.host.close()
            throw error
        }
    }

    private func launch(_ command: Command, descriptor: FileDescriptor, missing: String) throws -> BackgroundProcess {
        do {
            return try BackgroundProcess(command, streams: .file(log), descriptors: [descriptor], coreDumps: false)
        } catch let error as CommandError where error.status == nil {
            throw MachineError(kind: .launch, reason: "\(missing) (\(command.executable): \(error.detail))")
        }
    }
}
