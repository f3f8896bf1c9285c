import Synchronization

/// Writes down when a test enters which phase, from any task of it.
public final class TimelineRecorder: Sendable {
    private struct State {
        var spans: [TestTimeline.Span] = []
        var current: (phase: TestPhase, start: ContinuousClock.Instant)?
        var isFinished = false
    }

    private let origin: ContinuousClock.Instant
    private let entered: @Sendable (TestPhase) -> Void
    private let state = Mutex(State())

    /// A recorder.
    ///
    /// - Parameters:
    ///   - origin: when the run started.
    ///   - entered: told each phase that begins.
    public init(origin: ContinuousClock.Instant = .now, entered: @escaping @Sendable (TestPhase) -> Void = { _ in }) {
        self.origin = origin
        self.entered = entered
    }

    /// The phase that goes on ends, and `phase` begins; nothing changes where it is that one already, or after the end.
    ///
    /// - Returns: the phase that went on.
    @discardableResult
    public func begin(_ phase: TestPhase, at moment: ContinuousClock.Instant = .now) -> TestPhase? {
        let (before, isNew) = state.withLock { state in
            let before = state.current?.phase
            guard !state.isFinished, before != phase else { return (before, false) }
            close(&state, at: moment)
            state.current = (phase, moment)
            return (before, true)
        }
        if isNew { entered(phase) }
        return before
    }

    /// The last phase ends.
    public func finish(at moment: ContinuousClock.Instant = .now) -> TestTimeline {
        state.withLock { state in
            close(&state, at: moment)
            state.isFinished = true
            return TestTimeline(state.spans)
        }
    }

    private func close(_ state: inout State, at moment: ContinuousClock.Instant) {
        guard let (phase, start) = state.current else { return }
        state.spans.append(TestTimeline.Span(phase, start: start - origin, duration: moment - start))
        state.current = nil
    }
}
