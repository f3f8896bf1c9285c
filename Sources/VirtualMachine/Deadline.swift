/// Work with a limit.
public enum Deadline {
    /// Runs `body`; when the limit is over it is cancelled, and what `onExpiry` makes at that moment is thrown once it ended.
    public static func run<Result: Sendable>(
        within limit: Duration, _ body: @escaping @Sendable () async throws -> Result,
        onExpiry: @escaping @Sendable () -> any Error
    ) async throws -> Result {
        try await withThrowingTaskGroup(of: Result.self) { group in
            group.addTask(operation: body)
            group.addTask {
                try await Task.sleep(for: limit)
                throw onExpiry()
            }
            defer { group.cancelAll() }
            guard let result = try await group.next() else { throw CancellationError() }
            return result
        }
    }
}
