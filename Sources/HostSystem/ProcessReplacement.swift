import Foundation
import SystemPackage

/// Becoming another program.
public enum ProcessReplacement {
    /// Replaces this process by a program, found in PATH: the terminal, the signals and the exit status are its own.
    ///
    /// - Throws: ``CommandError`` where the program cannot be started; else it does not return.
    public static func execute(_ command: [String]) throws -> Never {
        var arguments = command.map { strdup($0) } + [nil]
        execvp(command.first ?? "", &arguments)
        let reason = Errno(rawValue: errno)
        arguments.forEach { free($0) }
        throw CommandError(
            command: Command(command.first ?? "", Array(command.dropFirst())), status: nil, detail: "\(reason)")
    }
}
