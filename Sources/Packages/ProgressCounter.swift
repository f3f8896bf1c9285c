import Synchronization

/// Counts packages from several threads and reports each one.
final class ProgressCounter: Sendable {
    private let completed = Mutex(0)
    private let total: Int
    private let report: (@Sendable (Downloader.Progress) -> Void)?

    init(total: Int, report: (@Sendable (Downloader.Progress) -> Void)?) {
        self.total = total
        self.report = report
    }

    func add(_ package: ResolvedPackage) {
        let count = completed.withLock { value in
            value += 1
            return value
        }
        report?(Downloader.Progress(completed: count, total: total, latest: package.nevra))
    }
}
