import ArgumentParser
import Dispatch
import Foundation

/// Ctrl-C and SIGTERM end a command in good order: its machines go, its temporary files too, its reports are written.
enum Interruption {
    /// Runs `command`; it is cancelled by the first signal.
    static func run(_ command: sending any AsyncParsableCommand) async throws {
        let task = Task {
            var command = command
            try await command.run()
        }
        let sources = [SIGINT, SIGTERM, SIGHUP].map { number in
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number)
            source.setEventHandler { task.cancel() }
            source.resume()
            return source
        }
        defer { for source in sources { source.cancel() } }
        let result = await task.result
        // Whatever it came to: tests that were cut short have failed, which is not what ended the command.
        if task.isCancelled { throw ExitCode(130) }
        try result.get()
    }
}
