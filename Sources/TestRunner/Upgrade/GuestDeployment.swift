import HostSystem
import SystemPackage
import VirtualMachine

/// What a guest has booted, and how it gets something else.
struct GuestDeployment: Equatable {
    let system: String
    let commit: String
    let version: String

    /// Asks the guest.
    ///
    /// - Throws: ``TestFailure`` where it did not boot an OSTree deployment.
    init(of commands: CommandPort) async throws {
        let text = try await commands.run(
            #"""
            ostree admin status || exit
            . /etc/os-release; echo "release: ${OSTREE_VERSION:-$VERSION}"
            """#)
        try self.init(parsing: text)
    }

    /// Reads what `ostree admin status` says, `* SYSTEM CHECKSUM.NUMBER`, and the line `release: VERSION`.
    init(parsing text: String) throws {
        let lines = text.split(separator: "\n").map { $0.split(separator: " ").map(String.init) }
        guard let booted = lines.first(where: { $0.first == "*" && $0.count >= 3 }),
            let dot = booted[2].lastIndex(of: ".")
        else {
            throw TestFailure(
                "the guest did not boot an OSTree deployment",
                details: text.split(separator: "\n").map(String.init))
        }
        system = booted[1]
        commit = String(booted[2][..<dot])
        version = lines.first { $0.first == "release:" }?.dropFirst().joined(separator: " ") ?? ""
    }

    private static let remoteFile = "/var/tmp/kola-update"
    /// A command's input is in the guest's memory for a moment.
    private static let chunk = 8 << 20

    /// Makes a commit the guest's next deployment. What it lacks goes over its command port: that needs no network,
    /// whichever the guest has.
    ///
    /// - Parameter update: the difference from what is booted, a static delta.
    /// - Returns: how many bytes were sent.
    @discardableResult
    func deploy(_ commit: String, from update: FilePath, over commands: CommandPort) async throws -> Int {
        let descriptor = try FileDescriptor.open(update, .readOnly)
        defer { try? descriptor.close() }
        var size = 0
        while true {
            let bytes = try await Blocking.run {
                var buffer = [UInt8](repeating: 0, count: Self.chunk)
                let count = try buffer.withUnsafeMutableBytes { try descriptor.read(into: $0) }
                return Array(buffer[..<count])
            }
            if bytes.isEmpty { break }
            try await commands.run("cat >>\(Self.remoteFile)", input: bytes)
            size += bytes.count
        }
        try await commands.run(
            """
            set -e
            ostree static-delta apply-offline \(Self.remoteFile)
            rm \(Self.remoteFile)
            ostree admin deploy --os=\(system.shellQuoted) \(commit.shellQuoted)
            """)
        return size
    }
}
