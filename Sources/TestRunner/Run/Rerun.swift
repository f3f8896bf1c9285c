import Foundation
import HostSystem
import SystemPackage

/// What earlier runs left, and which of their tests failed (`kola rerun`).
public struct EarlierRun: Sendable, Equatable {
    /// The output folder.
    public let output: FilePath
    /// The tests that failed, without those that are known to.
    public let failed: [String]

    private struct Report: Decodable {
        struct Test: Decodable {
            let name: String
            let result: String
        }
        let tests: [Test]
    }

    /// Reads the report in an output folder.
    ///
    /// - Throws: ``TestRunnerError`` where there is none, or none that can be read.
    public init(output: FilePath) throws {
        let path = output.appending("reports/report.json")
        do {
            let report = try JSONDecoder().decode(Report.self, from: Data(try FileContent.read(path)))
            failed = report.tests.filter { $0.result == Outcome.fail.rawValue && !$0.name.contains("/") }.map(\.name)
            self.output = output
        } catch {
            let cause = error is Errno ? "\(error)" : "not a report"
            throw TestRunnerError(path.string, "\(cause); `kola rerun` needs the report of an earlier `kola run`")
        }
    }

    /// The latest run that went where runs go by themselves.
    ///
    /// - Throws: ``TestRunnerError`` where there was none, or its report cannot be read.
    public static func latest(platform: String, workdir: FilePath) throws -> EarlierRun {
        let parents = [workdir.appending("tmp/kola"), "_kola_temp"]
        let candidates = parents.flatMap { [$0, $0.appending("\(platform)-latest")] }
        let dated = candidates.compactMap { folder in
            modification(of: folder.appending("reports/report.json")).map { (folder: folder, date: $0) }
        }
        guard let newest = dated.max(by: { $0.date < $1.date }) else {
            throw TestRunnerError(
                nil,
                "there is no earlier run in \(parents.map(\.string).joined(separator: " or ")); name its folder with --output-dir"
            )
        }
        return try EarlierRun(output: newest.folder)
    }

    private static func modification(of path: FilePath) -> Double? {
        var information = stat()
        guard stat(path.string, &information) == 0 else { return nil }
        return Double(information.st_mtim.tv_sec) + Double(information.st_mtim.tv_nsec) / 1e9
    }
}
