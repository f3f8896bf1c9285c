import Dispatch

/// Runs blocking work (C libraries, large file copies) on its own thread, so that the cooperative pool keeps moving.
public enum Blocking {
    private static let queue = DispatchQueue(label: "blocking-work", qos: .userInitiated, attributes: .concurrent)

    /// Runs `work` on a thread that may block and returns what it returns.
    public static func run<Result: Sendable>(_ work: @escaping @Sendable () throws -> Result) async throws -> Result {
        try await withCheckedThrowingContinuation { continuation in
            queue.async { continuation.resume(with: Swift.Result(catching: work)) }
        }
    }
}
