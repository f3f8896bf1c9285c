import ArgumentParser
import SystemPackage
import TestRunner

/// How often tests run, and which part of them: the options of `run` that select no test by what it is.
struct RepetitionOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Run each test this many times, under names with a number behind.", valueName: "n"))
    var multiply = 0

    @Flag(help: "Run tests that fail once more, in <output-dir>/rerun; they count as passed if they pass then.")
    var rerun = false

    @Option(help: ArgumentHelp("Accepted for compatibility; with --rerun any test may pass then.", valueName: "tags=…"))
    var allowRerunSuccess: String?

    @Option(
        help: ArgumentHelp(
            "Only the tests whose names hash to m, as in hash:m/n with 1 <= m <= n.", valueName: "hash:m/n"))
    var sharding: String?

    @Option(help: ArgumentHelp("Accepted for compatibility; machines are named by a UUID.", valueName: "name"))
    var basename = "kola"

    @Option(
        help: ArgumentHelp(
            "CRITICAL to NOTICE, INFO (as --verbose), or DEBUG and TRACE (as --debug).", valueName: "level"))
    var logLevel = "NOTICE"

    @Option(
        help: ArgumentHelp("Run this unit with SYSTEMD_LOG_LEVEL=debug (repeatable).", valueName: "unit.service"))
    var debugSystemdUnit: [String] = []

    @Flag(name: .shortAndLong, help: "Show the output of tests that passed too.")
    var verbose = false

    @Flag(name: .shortAndLong, help: "Show each phase of each test too.")
    var debug = false

    /// Upstream's (capnslog's) levels.
    private static let logLevels = ["CRITICAL", "ERROR", "WARNING", "NOTICE", "INFO", "DEBUG", "TRACE"]

    func validate() throws {
        guard Self.logLevels.contains(logLevel.uppercased()) else {
            throw ValidationError(
                "--log-level: \"\(logLevel)\" is no level; there are \(Self.logLevels.joined(separator: ", "))")
        }
        if let unit = debugSystemdUnit.first(where: { !Self.isUnit($0) }) {
            throw ValidationError(
                "--debug-systemd-unit: \"\(unit)\" is no name of a unit; write it in full, such as sshd.service")
        }
        guard multiply >= 0 else { throw ValidationError("--multiply must not be negative") }
        if let sharding { _ = try Self.shard(sharding) }
        if let allowRerunSuccess, !allowRerunSuccess.hasPrefix("tags=") {
            throw ValidationError("--allow-rerun-success: invalid rerun spec \(allowRerunSuccess)")
        }
    }

    /// A name with a type behind it, as systemd.unit(5) has it.
    private static func isUnit(_ name: String) -> Bool {
        let allowed = name.utf8.allSatisfy { byte in
            byte < 128 && (Character(Unicode.Scalar(byte)).isLetter || Character(Unicode.Scalar(byte)).isNumber)
                || ":-_.\\@".utf8.contains(byte)
        }
        return allowed && name.utf8.count < 256 && name.lastIndex(of: ".").map { $0 > name.startIndex } == true
            && !name.hasSuffix(".")
    }

    private static func shard(_ text: String) throws -> Shard {
        do { return try Shard(text) } catch let error as TestRunnerError {
            throw ValidationError("--sharding: \(error.reason)")
        }
    }

    func apply(to options: inout RunOptions) throws {
        options.multiply = max(1, multiply)
        options.rerun = rerun
        options.debugUnits = debugSystemdUnit
        options.shard = try sharding.map(Self.shard)
    }

    var display: RunDisplay {
        RunDisplay(
            isVerbose: verbose || ["INFO", "DEBUG", "TRACE"].contains(logLevel.uppercased()),
            isDebugging: debug || ["DEBUG", "TRACE"].contains(logLevel.uppercased()))
    }
}
