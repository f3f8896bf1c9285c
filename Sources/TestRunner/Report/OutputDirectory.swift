import Foundation
import HostSystem
import SystemPackage

/// The folder that a run fills.
public struct OutputDirectory: Sendable {
    /// Where it is, absolute.
    public let path: FilePath

    static let marker = ".harness_temp"

    /// Makes the folder anew. One that an earlier run made is emptied; anything else that is there is left alone.
    ///
    /// - Throws: ``TestRunnerError`` where the folder is not one of ours; `Errno` where it cannot be made.
    public init(creating path: FilePath) throws {
        let absolute = FilePath(FileManager.default.currentDirectoryPath).pushing(path).lexicallyNormalized()
        if FileContent.exists(absolute) {
            guard FileContent.exists(absolute.appending(Self.marker)) else {
                throw TestRunnerError(
                    nil, "harness: refused to remove existing output directory: \(absolute) (it was not made by kola)")
            }
            try FileContent.remove(absolute)
        }
        try FileContent.createDirectory(absolute.appending("reports"))
        try AtomicFile.write([], to: absolute.appending(Self.marker))
        self.path = absolute
    }

    /// The folder where a run goes that does not say: `tmp/kola` in a working directory of cosa, else `_kola_temp`, with
    /// the platform, the minute and the process in its name, and `<platform>-latest` beside it.
    public static func defaultPath(
        platform: String, workdir: FilePath = ".", now: Date = Date()
    ) throws -> FilePath {
        let isWorkingDirectory = ["src/config", "builds"].contains { FileContent.isDirectory(workdir.appending($0)) }
        let parent = isWorkingDirectory ? workdir.appending("tmp/kola") : "_kola_temp"
        let style = Date.VerbatimFormatStyle(
            format:
                "\(year: .padded(4))-\(month: .twoDigits)-\(day: .twoDigits)-\(hour: .twoDigits(clock: .twentyFourHour, hourCycle: .zeroBased))\(minute: .twoDigits)",
            timeZone: .current, calendar: Calendar(identifier: .gregorian))
        let name = "\(platform)-\(now.formatted(style))-\(getpid())"
        try FileContent.createDirectory(parent)
        let link = parent.appending("\(platform)-latest")
        unlink(link.string)
        guard symlink(name, link.string) == 0 else { throw Errno(rawValue: errno) }
        return parent.appending(name)
    }

    /// Where `report.json` is.
    public var report: FilePath { path.appending("reports/report.json") }
    /// Where the JUnit report is.
    public var junit: FilePath { path.appending("reports/junit.xml") }
    /// Where the page for people is.
    public var page: FilePath { path.appending("reports/index.html") }
    /// Where the TAP report is.
    public var tap: FilePath { path.appending("test.tap") }
    /// Where the run's settings are.
    public var properties: FilePath { path.appending("properties.json") }

    /// The folder of a test.
    public func folder(of test: String) -> FilePath { path.appending(Self.safe(test)) }

    /// A test's name as one path component.
    static func safe(_ name: String) -> String {
        let flat = String(name.map { $0 == "/" || $0 == "\0" ? "_" : $0 })
        return flat.hasPrefix(".") ? "_" + flat.dropFirst() : flat
    }
}
