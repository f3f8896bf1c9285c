/// What a test is doing.
public enum TestPhase: String, Sendable, Codable, CaseIterable {
    /// The machine is made: disk, config, QEMU.
    case prepare
    /// The machine boots, up to its ready event.
    case boot
    /// From the ready event to the login.
    case ready
    /// The test itself runs.
    case run
    /// The machine reboots, as the test asked, up to the next login.
    case reboot
    /// The machine, its console and its journal are checked.
    case check
}

/// What a test did when.
public struct TestTimeline: Sendable, Equatable {
    /// One phase of it.
    public struct Span: Sendable, Equatable {
        /// The phase.
        public let phase: TestPhase
        /// Since the run started.
        public let start: Duration
        /// How long.
        public let duration: Duration

        /// A phase.
        public init(_ phase: TestPhase, start: Duration, duration: Duration) {
            self.phase = phase
            self.start = start
            self.duration = duration
        }

        var end: Duration { start + duration }
    }

    /// The phases, in order, without gaps.
    public var spans: [Span]

    /// A timeline.
    public init(_ spans: [Span] = []) { self.spans = spans }

    /// How long the phase took, over all its spans.
    public func total(_ phase: TestPhase) -> Duration {
        spans.filter { $0.phase == phase }.reduce(.zero) { $0 + $1.duration }
    }

    var start: Duration { spans.first?.start ?? .zero }
    var end: Duration { spans.last?.end ?? .zero }
}
