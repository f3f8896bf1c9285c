import Foundation
import HostSystem
import SystemPackage

/// How long tests took in earlier runs: a JSON file, so that the next run starts the longest first.
///
/// It is a hint, no more: one that cannot be read counts as empty, one that cannot be written is left as it is.
public struct DurationStore: Sendable, Equatable {
    /// The file.
    public let path: FilePath

    /// A store in a file.
    public init(path: FilePath) { self.path = path }

    /// The name of the file.
    public static let fileName = "kola-durations.json"

    /// `cache/` of the working directory where there is one, else the user's cache folder.
    public static func standard(
        workdir: FilePath, environment: [String: String] = ProcessInfo.processInfo.environment
    ) -> DurationStore? {
        let cache = workdir.appending("cache")
        if FileContent.isDirectory(cache), FileContent.isDirectory(workdir.appending("builds")) {
            return DurationStore(path: cache.appending(fileName))
        }
        let base = environment["XDG_CACHE_HOME"].map { FilePath($0) }
        guard let base = base ?? environment["HOME"].map({ FilePath($0).appending(".cache") }) else { return nil }
        return DurationStore(path: base.appending("coreos-swift").appending(fileName))
    }

    private struct Content: Codable {
        /// Seconds, by the test's name.
        var seconds: [String: Double]
    }

    /// Seconds by the tests' names.
    public func load() -> [String: Double] {
        guard let bytes = try? FileContent.read(path),
            let content = try? JSONDecoder().decode(Content.self, from: Data(bytes))
        else { return [:] }
        return content.seconds.filter { $0.value.isFinite && $0.value >= 0 }
    }

    /// Remembers how long the tests of a run took. One that failed may have ended early: it is remembered only where nothing
    /// else is.
    public func remember(_ results: [TestResult]) {
        var seconds = load()
        for result in results where result.outcome != .skip {
            if result.outcome == .pass || seconds[result.name] == nil {
                seconds[result.name] = (result.duration.seconds * 1000).rounded() / 1000
            }
        }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        guard let data = try? encoder.encode(Content(seconds: seconds)) else { return }
        try? FileContent.createDirectory(path.removingLastComponent())
        try? AtomicFile.write(Array(data) + [UInt8(ascii: "\n")], to: path)
    }
}

/// In which order tests start.
enum StartOrder {
    /// The longest first, as a long test that starts last is what all wait for. One that nobody knows yet may be the longest:
    /// those come before all others, the ones that ask for the most time first.
    static func longestFirst(_ tests: [KolaTest], seconds: [String: Double]) -> [KolaTest] {
        tests.sorted { a, b in
            switch (seconds[a.name] ?? seconds[a.declaredName], seconds[b.name] ?? seconds[b.declaredName]) {
            case (nil, nil): (b.metadata.timeoutMin ?? 0, a.name) < (a.metadata.timeoutMin ?? 0, b.name)
            case (nil, _?): true
            case (_?, nil): false
            case (let first?, let second?): (second, a.name) < (first, b.name)
            }
        }
    }
}

extension Duration {
    /// Seconds, with fractions.
    var seconds: Double { Double(components.seconds) + Double(components.attoseconds) / 1e18 }
}
