import DiskImage

/// Runs the jobs of several platforms, some at a time, the long ones first; all of them, also where some fail.
struct PlatformQueue {
    /// How many run at a time.
    let limit: Int

    /// Runs `work` for each job.
    ///
    /// - Throws: a ``PipelineError`` that names each platform that failed, with its cause; or the cancellation.
    func run(
        _ jobs: [PlatformStep.Job],
        _ work: @escaping @Sendable (PlatformStep.Job) async throws -> DiskStep.Result
    ) async throws -> [DiskStep.Result] {
        // What takes longest must not be what is left at the end.
        var waiting = jobs.sorted { $0.platform.format.effort > $1.platform.format.effort }[...]
        var outcomes: [Outcome] = []
        await withTaskGroup(of: Outcome.self) { group in
            for job in waiting.prefix(max(1, limit)) { group.addTask { await Outcome(of: job, work) } }
            waiting = waiting.dropFirst(max(1, limit))
            while let outcome = await group.next() {
                outcomes.append(outcome)
                guard !Task.isCancelled, let job = waiting.popFirst() else { continue }
                group.addTask { await Outcome(of: job, work) }
            }
        }
        try Task.checkCancellation()
        let results = outcomes.compactMap(\.image)
        let causes = outcomes.sorted { $0.platform < $1.platform }.compactMap { outcome in
            outcome.failure.map { "\(outcome.platform): \($0)" }
        }
        guard causes.isEmpty else {
            let made = results.isEmpty ? "" : "; made: " + results.map(\.platform).sorted().joined(separator: ", ")
            throw PipelineError(causes.joined(separator: "; ") + made)
        }
        return results
    }

    /// What became of a job.
    private struct Outcome: Sendable {
        let platform: String
        var image: DiskStep.Result?
        var failure: (any Error)?

        init(
            of job: PlatformStep.Job, _ work: @Sendable (PlatformStep.Job) async throws -> DiskStep.Result
        ) async {
            platform = job.platform.name
            do {
                image = try await work(job)
            } catch {
                failure = error
            }
        }
    }
}

extension ImageFormat {
    /// How long an image takes, compared with others.
    fileprivate var effort: Int {
        switch self {
        case .gcpArchive: 4
        case .vmwareOVA, .virtualBoxOVA, .streamOptimizedVMDK, .compressedQcow2, .containerDisk: 3
        case .raw, .fixedVHD: 2
        case .qcow2, .vhdx, .bfb: 1
        }
    }
}
