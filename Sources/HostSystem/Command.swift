import CLinux
import Foundation
import Subprocess
import SystemPackage

/// One run of an external program: what to run and where. A value; nothing happens before ``run(input:onLine:)``.
public struct Command: Sendable, Equatable {
    /// A name looked up in PATH, or a path when it contains a slash.
    public var executable: String
    /// The arguments after the program's own name.
    public var arguments: [String]
    /// Variables set on top of the inherited environment; nil removes one.
    public var environment: [String: String?]
    /// The directory to run in; nil for the current one.
    public var workingDirectory: FilePath?

    /// Describes a run of `executable`.
    public init(
        _ executable: String, _ arguments: [String] = [], environment: [String: String?] = [:],
        workingDirectory: FilePath? = nil
    ) {
        self.executable = executable
        self.arguments = arguments
        self.environment = environment
        self.workingDirectory = workingDirectory
    }

    /// What a finished program left.
    public struct Output: Sendable {
        /// The exit status; 128 + the number of the signal where one ended it.
        public var status: Int32
        /// All of standard output.
        public var standardOutput: [UInt8]
        /// All of standard error, or what came last where it is longer than 256 KiB.
        public var standardError: String

        /// Standard output as text, without the newline at its end.
        public var text: String {
            var text = String(decoding: standardOutput, as: UTF8.self)
            while text.last?.isNewline == true { text.removeLast() }
            return text
        }
    }

    /// Runs the program to its end and returns its output, whatever its exit status.
    ///
    /// - Parameters:
    ///   - input: the bytes of its standard input; nil for none.
    ///   - onLine: called with each line of standard error and of standard output as it comes (the log, progress).
    /// - Throws: ``CommandError`` where it could not be started.
    public func capture(
        input: [UInt8]? = nil, onLine: (@Sendable (String) -> Void)? = nil
    ) async throws -> Output {
        do {
            // A file and not a pipe: a program need not read its input, and then a pipe breaks.
            let collected = try await Subprocess.run(
                configuration, input: .fileDescriptor(Self.inputFile(input), closeAfterSpawningProcess: true),
                output: .sequence, error: .sequence
            ) { execution in
                async let errorText = Self.collect(execution.standardError, keepLast: 256 << 10, onLine: onLine)
                let output = try await Self.collect(execution.standardOutput, keepLast: nil, onLine: onLine)
                return (output, try await errorText)
            }
            return Output(
                status: collected.terminationStatus.shellStatus, standardOutput: collected.closureResult.0,
                standardError: String(decoding: collected.closureResult.1, as: UTF8.self))
        } catch let error as SubprocessError {
            throw CommandError(command: self, status: nil, detail: "\(error)")
        }
    }

    /// Runs the program to its end; any exit status but 0 is an error.
    ///
    /// - Throws: ``CommandError`` with the last lines of standard error.
    @discardableResult
    public func run(input: [UInt8]? = nil, onLine: (@Sendable (String) -> Void)? = nil) async throws -> Output {
        let output = try await capture(input: input, onLine: onLine)
        guard output.status == 0 else {
            throw CommandError(command: self, status: output.status, detail: output.standardError)
        }
        return output
    }

    var configuration: Subprocess.Configuration {
        var updates: [Environment.Key: String?] = [:]
        for (name, value) in environment {
            if let key = Environment.Key(rawValue: name) { updates[key] = .some(value) }
        }
        return Configuration(
            executable: executable.contains("/") ? .path(FilePath(executable)) : .name(executable),
            arguments: Arguments(arguments), environment: .inherit.updating(updates),
            workingDirectory: workingDirectory)
    }

    /// A file in memory that holds `bytes`, open at its beginning; /dev/null for nil.
    private static func inputFile(_ bytes: [UInt8]?) throws -> FileDescriptor {
        guard let bytes else { return try FileDescriptor.open("/dev/null", .readOnly) }
        let number = memfd_create("standard-input", cosa_memfd_close_on_exec)
        guard number >= 0 else { throw Errno(rawValue: errno) }
        let file = FileDescriptor(rawValue: number)
        do {
            try file.writeAll(bytes)
            _ = try file.seek(offset: 0, from: .start)
        } catch {
            try? file.close()
            throw error
        }
        return file
    }

    private static func collect(
        _ stream: SubprocessOutputSequence, keepLast limit: Int?, onLine: (@Sendable (String) -> Void)?
    ) async throws -> [UInt8] {
        var bytes: [UInt8] = []
        var lines = LineSplitter()
        for try await buffer in stream {
            let chunk = buffer.withUnsafeBytes { Array($0) }
            if let onLine { lines.append(chunk).forEach(onLine) }
            bytes += chunk
            if let limit, bytes.count > 2 * limit { bytes.removeFirst(bytes.count - limit) }
        }
        if let onLine, let rest = lines.rest { onLine(rest) }
        return bytes
    }
}

extension TerminationStatus {
    /// The number a shell would show: the exit code, or 128 + the signal.
    var shellStatus: Int32 {
        switch self {
        case .exited(let code): code
        case .signaled(let signal): 128 + signal
        }
    }
}
