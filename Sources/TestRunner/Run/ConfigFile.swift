import Foundation
import HostSystem
import Ignition
import SystemPackage

/// A file with a config for machines that a user names: `--append-ignition`, `--append-butane`, `-i`, `-B`, `--userdata`.
public struct ConfigFile: Sendable, Equatable {
    /// What it is written in.
    public enum Language: Sendable {
        /// Ignition's JSON.
        case ignition
        /// Butane's YAML; local files are relative to the file's folder.
        case butane
        /// One of the two: JSON begins with a brace.
        case either
    }

    /// The file.
    public let path: FilePath
    /// What it is written in.
    public let language: Language

    /// A config in a file.
    public init(_ path: FilePath, _ language: Language) {
        self.path = path
        self.language = language
    }

    /// Reads it.
    ///
    /// - Parameter newest: the newest spec that the guest takes.
    /// - Throws: ``TestRunnerError`` where the file cannot be read; `IgnitionError` with line, column and key where it is wrong
    ///   or says what the guest's Ignition does not know.
    public func read(newest: SpecVersion) throws -> IgnitionConfig {
        let bytes = try bytes()
        if isButane(bytes) {
            let folder = FilePath(FileManager.default.currentDirectoryPath).pushing(path).removingLastComponent()
            return try IgnitionConfig(
                butane: bytes, source: path.string, filesDirectory: folder, newest: newest)
        }
        return try IgnitionConfig(parsing: bytes, source: path.string, newest: newest)
    }

    /// What is in the file.
    ///
    /// - Throws: ``TestRunnerError`` where it cannot be read.
    public func bytes() throws -> [UInt8] {
        do { return try FileContent.read(path) } catch let error as Errno {
            throw TestRunnerError(path.string, "the config cannot be read: \(error)")
        }
    }

    private func isButane(_ bytes: [UInt8]) -> Bool {
        switch language {
        case .ignition: false
        case .butane: true
        case .either: bytes.first { !" \t\r\n".utf8.contains($0) } != UInt8(ascii: "{")
        }
    }
}
