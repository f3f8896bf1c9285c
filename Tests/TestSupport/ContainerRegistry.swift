import Foundation
import SystemPackage

/// A real registry (docker-registry) on a port of its own choice, until it is let go. It talks plain HTTP.
public final class ContainerRegistry: Sendable {
    private let tool: BackgroundTool
    private let directory: TemporaryDirectory
    /// Host and port, as image references begin with.
    public let host: String

    /// Starts an empty registry.
    ///
    /// - Parameter password: what the user `test` has to give; nil for a registry that asks for nothing.
    /// - Throws: `Errno` where it cannot be started or never listens.
    public init(password: String? = nil) throws {
        directory = try TemporaryDirectory()
        var configuration = """
            version: 0.1
            storage:
              filesystem:
                rootdirectory: \(directory.appending("data"))
            http:
              addr: 127.0.0.1:0
              secret: test

            """
        if let password {
            let users = directory.appending("users")
            let entry = try BackgroundTool([
                "perl", "-e", #"print "test:", crypt($ARGV[0], '$2y$05$abcdefghijklmnopqrstuu'), "\n""#, password,
            ])
            try directory.write(String(decoding: entry.rest(), as: UTF8.self), to: "users")
            entry.wait()
            configuration += "auth:\n  htpasswd:\n    realm: test\n    path: \(users)\n"
        }
        try directory.write(configuration, to: "config.yaml")
        let tool = try BackgroundTool([
            "sh", "-c", "exec docker-registry serve \"$1\" 2>&1", "sh", directory.appending("config.yaml").string,
        ])
        guard let host = try Self.address(tool.output) else {
            tool.stop()
            throw Errno.connectionRefused
        }
        self.tool = tool
        self.host = host
        // It logs each request, and a full pipe would stop it.
        Thread.detachNewThread { [output = tool.output] in _ = try? BackgroundTool.rest(of: output) }
    }

    deinit { tool.stop() }

    /// It says "listening on 127.0.0.1:N" once it does.
    private static func address(_ output: FileDescriptor) throws -> String? {
        var line: [UInt8] = []
        var byte: UInt8 = 0
        while try withUnsafeMutableBytes(of: &byte, { try output.read(into: $0) }) == 1 {
            if byte != 10 {
                line.append(byte)
            } else if let match = String(decoding: line, as: UTF8.self).firstMatch(of: /listening on ([0-9.]+:[0-9]+)/)
            {
                return String(match.1)
            } else {
                line = []
            }
        }
        return nil
    }
}

extension BackgroundTool {
    /// What is left of its standard output, to its end.
    public func rest() throws -> [UInt8] { try Self.rest(of: output) }

    static func rest(of output: FileDescriptor) throws -> [UInt8] {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4096)
        while case let count = try buffer.withUnsafeMutableBytes({ try output.read(into: $0) }), count > 0 {
            bytes += buffer[..<count]
        }
        return bytes
    }
}
