/// What a run is doing right now, as lines for a terminal: how far it is, and which test does what.
public struct LiveProgress: Sendable {
    private struct Running {
        let name: String
        let start: Duration
        var phase: TestPhase?
        var phaseStart: Duration
    }

    /// It has no lines.
    public var isHidden = false

    private var planned = 0
    private var counts: [Outcome: Int] = [:]
    private var start: Duration?
    /// By slot; nil where a slot is free.
    private var slots: [Running?] = []

    /// A run that has not begun.
    public init() {}

    /// Takes what the run tells.
    ///
    /// - Parameter now: how long this process knows of the run.
    public mutating func note(_ event: RunEvent, at now: Duration) {
        switch event {
        case .note: return
        case .planned(let count):
            (planned, counts, slots, start) = (count, [:], [], now)
        case .started(let name):
            guard !isPart(name) else { return }
            let running = Running(name: name, start: now, phase: nil, phaseStart: now)
            if let free = slots.firstIndex(where: { $0 == nil }) {
                slots[free] = running
            } else {
                slots.append(running)
            }
        case .entered(let phase, let name):
            guard let slot = slots.firstIndex(where: { $0?.name == name }) else { return }
            slots[slot]?.phase = phase
            slots[slot]?.phaseStart = now
        case .finished(let result, let isSubtest):
            guard !isSubtest, let slot = slots.firstIndex(where: { $0?.name == result.name }) else { return }
            slots[slot] = nil
            counts[result.outcome, default: 0] += 1
        }
    }

    private func isPart(_ name: String) -> Bool {
        slots.contains { running in running.map { name.hasPrefix($0.name + "/") } ?? false }
    }

    /// Whether there is anything to show.
    public var isRunning: Bool { slots.contains { $0 != nil } }

    /// The lines: one for the run, one for each slot in use. None is longer than `width` columns.
    public func lines(at now: Duration, width: Int) -> [String] {
        guard let start, isRunning, !isHidden else { return [] }
        let done = counts.values.reduce(0, +)
        let running = slots.compactMap { $0 }
        var words = ["\(done)/\(planned) done"]
        for (outcome, word) in [(Outcome.fail, "failed"), (.warn, "warned"), (.skip, "skipped")] {
            if let count = counts[outcome] { words.append("\(count) \(word)") }
        }
        words.append("\(running.count) running")
        words.append("\(max(0, planned - done - running.count)) left")
        words.append(Self.clock(now - start))
        let nameWidth = min(running.map(\.name.count).max() ?? 0, max(8, width - 34))
        let lines = slots.enumerated().compactMap { slot, test -> String? in
            guard let test else { return nil }
            let phase = test.phase.map { "\($0.title) \(Self.clock(now - test.phaseStart))" } ?? "waiting"
            return "  slot \(slot + 1)  \(Self.fitted(test.name, nameWidth))  \(Self.clock(now - test.start))  \(phase)"
        }
        return ([words.joined(separator: " · ")] + lines).map { String($0.prefix(max(0, width))) }
    }

    /// A name, cut in front where it is too long: its end tells tests apart.
    private static func fitted(_ name: String, _ width: Int) -> String {
        if name.count > width { return "…" + name.suffix(width - 1) }
        return name + String(repeating: " ", count: width - name.count)
    }

    /// `1:05`, `1:02:03`.
    static func clock(_ duration: Duration) -> String {
        let seconds = max(0, duration.components.seconds)
        let two = { (number: Int64) in number < 10 ? "0\(number)" : "\(number)" }
        let (hours, minutes) = (seconds / 3600, seconds / 60 % 60)
        return hours > 0 ? "\(hours):\(two(minutes)):\(two(seconds % 60))" : "\(minutes):\(two(seconds % 60))"
    }
}
