import Foundation

/// The results of a run, and the files that tell them.
public struct RunReport: Sendable, Equatable {
    /// The platform.
    public let platform: String
    /// The version of the OS; empty where it is not known.
    public let version: String
    /// The results, by name.
    public let results: [TestResult]

    /// A report.
    public init(platform: String, version: String, results: [TestResult]) {
        self.platform = platform
        self.version = version
        self.results = results.sorted { $0.name < $1.name }
    }

    /// FAIL where any test failed, WARN where one did that is known to, else PASS.
    public var outcome: Outcome {
        let outcomes = results.map(\.outcome)
        if outcomes.contains(.fail) { return .fail }
        return outcomes.contains(.warn) ? .warn : .pass
    }

    /// `report.json`: one line, durations in nanoseconds, `subtests` null where there are none.
    public var json: String {
        let tests = results.map(Self.json).joined(separator: ",")
        // The result of the whole is that of Go's test runner, which knows no warnings.
        let result = outcome == .fail ? Outcome.fail : .pass
        return #"{"tests":[\#(tests)],"result":\#(Self.quoted(result.rawValue)),"platform":\#(Self.quoted(platform)),"#
            + #""version":\#(Self.quoted(version))}"# + "\n"
    }

    private static func json(_ result: TestResult) -> String {
        let subtests = result.subtests.isEmpty ? "null" : "[\(result.subtests.map(json).joined(separator: ","))]"
        return #"{"name":\#(quoted(result.name)),"subtests":\#(subtests),"result":\#(quoted(result.outcome.rawValue)),"#
            + #""duration":\#(result.duration.nanoseconds),"output":\#(quoted(result.output))}"#
    }

    private static func quoted(_ text: String) -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .withoutEscapingSlashes
        guard let data = try? encoder.encode(text) else { return "\"\"" }
        return String(decoding: data, as: UTF8.self)
    }

    /// `test.tap`: the plan, and a line for each test that is no part of another.
    public var tap: String {
        let lines = results.map { result in
            switch result.outcome {
            case .pass, .warn: "ok - \(result.name)"
            case .fail: "not ok - \(result.name)"
            case .skip: "ok - \(result.name) # SKIP"
            }
        }
        return (["1..\(results.count)"] + lines).joined(separator: "\n") + "\n"
    }
}
