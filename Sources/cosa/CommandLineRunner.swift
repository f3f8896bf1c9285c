import ArgumentParser
import Foundation
import HostSystem

/// Parses and runs a command line so that it ends as scripts expect: the last line of a failure is `error: <cause>` on
/// standard error; status 0 for done, 1 for a failure, 64 for wrong usage.
struct CommandLineRunner<Root: AsyncParsableCommand> {
    /// Runs the process's arguments and ends the process.
    func run() async -> Never {
        let arguments = Self.expand(Array(CommandLine.arguments.dropFirst()))
        if let message = unknownCommand(arguments) { Self.fail(message, status: ExitCode.validationFailure.rawValue) }
        var command: any ParsableCommand
        do {
            command = try Root.parseAsRoot(arguments)
        } catch {
            exitFromParsing(error)
        }
        do {
            if var asynchronous = command as? any AsyncParsableCommand {
                try await asynchronous.run()
            } else {
                try command.run()
            }
            exit(0)
        } catch {
            exitFromRunning(error)
        }
    }

    /// `buildextend-<platform>` is `buildextend <platform>`: one command, many platforms. The node image is no disk image
    /// and has a command of its own.
    static func expand(_ arguments: [String]) -> [String] {
        let node = "buildextend-node"
        if arguments.first == node { return arguments }
        if arguments.prefix(2) == ["buildextend", "node"] || arguments.prefix(2) == ["osbuild", "node"] {
            return [node] + arguments.dropFirst(2)
        }
        guard let first = arguments.first, first.hasPrefix("buildextend-") else { return arguments }
        let platform = String(first.dropFirst("buildextend-".count))
        // coreos-assembler has both names for the command, and one for the platform.
        return ["buildextend", platform == "secex" ? "qemu-secex" : platform] + arguments.dropFirst()
    }

    private func unknownCommand(_ arguments: [String]) -> String? {
        guard let name = arguments.first, !name.hasPrefix("-") else { return nil }
        let known = Self.commandNames
        guard !known.contains(name) else { return nil }
        let hint = Spelling.nearest(to: name, in: known).map { "; did you mean `\($0)`?" } ?? ";"
        return "unknown command: \(name)\(hint) `\(Root._commandName) --help` lists all"
    }

    static var commandNames: [String] {
        let configuration = Root.configuration
        let commands = configuration.subcommands + configuration.groupedSubcommands.flatMap(\.subcommands)
        return commands.flatMap { [$0._commandName] + $0.configuration.aliases } + ["help"]
    }

    private func exitFromParsing(_ error: any Error) -> Never {
        let code = Root.exitCode(for: error)
        if code == .success {
            print(Root.fullMessage(for: error))
            exit(0)
        }
        // The usage goes first: the last line is the cause.
        let lines = Root.fullMessage(for: error).split(separator: "\n").map(String.init)
        let usage = lines.filter { !$0.hasPrefix("Error: ") }
        if !usage.isEmpty { StandardError.write(usage.joined(separator: "\n")) }
        Self.fail(Root.message(for: error), status: code.rawValue)
    }

    private func exitFromRunning(_ error: any Error) -> Never {
        if let exitCode = error as? ExitCode { exit(exitCode.rawValue) }
        // Help that was asked for comes as an error, too.
        if Root.exitCode(for: error) != .failure { exitFromParsing(error) }
        if let logged = error as? LoggedFailure { StandardError.write("log: \(logged.log)") }
        Self.fail("\(error)", status: 1)
    }

    private static func fail(_ cause: String, status: Int32) -> Never {
        let oneLine = cause.split(whereSeparator: \.isNewline).joined(separator: " ")
        StandardError.write("error: \(Redaction.redact(oneLine))")
        exit(status)
    }
}

/// How near a mistyped word is to the known ones.
enum Spelling {
    /// The known word that needs the fewest letters changed, if they are at most a third of it.
    static func nearest(to word: String, in known: [String]) -> String? {
        let candidates = known.map { (name: $0, distance: distance(word, $0)) }
        guard let best = candidates.min(by: { ($0.distance, $0.name) < ($1.distance, $1.name) }) else { return nil }
        return best.distance <= max(1, best.name.count / 3) ? best.name : nil
    }

    /// Letters to insert, delete, replace or swap with the next one to make one word of the other.
    static func distance(_ first: String, _ second: String) -> Int {
        let first = Array(first)
        let second = Array(second)
        var beforePrevious: [Int] = []
        var previous = Array(0...second.count)
        for row in first.indices {
            var current = [row + 1]
            for column in second.indices {
                let replaced = previous[column] + (first[row] == second[column] ? 0 : 1)
                var best = min(replaced, previous[column + 1] + 1, current[column] + 1)
                if row > 0, column > 0, first[row] == second[column - 1], first[row - 1] == second[column] {
                    best = min(best, beforePrevious[column - 1] + 1)
                }
                current.append(best)
            }
            beforePrevious = previous
            previous = current
        }
        return previous[second.count]
    }
}
