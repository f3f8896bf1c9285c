import Foundation
import HostSystem
import SystemPackage

/// Where a step says what it does: headlines to the user and to the step's log file, details to the file only.
public final class StepLog: @unchecked Sendable {
    /// The log file.
    public let path: FilePath
    private let console: @Sendable (String) -> Void
    private let queue = DispatchQueue(label: "step-log")
    private let file: FileHandle?

    /// Starts the log file of a step anew.
    ///
    /// - Parameter console: shows a line to the user.
    public init(_ path: FilePath, console: @escaping @Sendable (String) -> Void) {
        self.path = path
        self.console = console
        try? FileContent.createDirectory(path.removingLastComponent())
        FileManager.default.createFile(atPath: path.string, contents: nil)
        file = FileHandle(forWritingAtPath: path.string)
    }

    /// A line for the user and the log.
    public func headline(_ line: String) {
        detail(line)
        console(line)
    }

    /// A line for the log only.
    public func detail(_ line: String) {
        let data = Data((line + "\n").utf8)
        queue.sync { file?.write(data) }
    }

    /// Runs part of a step; its failure names the log.
    func phase<Result>(_ title: String, _ body: () async throws -> Result) async throws -> Result {
        headline(title)
        do {
            return try await body()
        } catch {
            detail("failed: \(error)")
            throw PipelineError("\(error) (log: \(path))")
        }
    }
}
