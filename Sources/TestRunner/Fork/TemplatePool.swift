import VirtualMachine

/// The saved machines of a run: each is booted when the first test asks for it, and gone after its last test.
actor TemplatePool {
    /// What tests must have in common to share a boot.
    struct Key: Hashable {
        /// What the machine is made of.
        let description: MachineDescription
        /// Its Ignition config, as JSON.
        let ignition: [UInt8]
    }

    private struct Entry {
        var remaining: Int
        var template: Task<MachineTemplate, any Error>?
        var waiting = 0
        var failures = 0
    }

    /// A boot that failed is tried again by the next test that needs it, up to this number of boots.
    private static let attempts = 2

    private var entries: [Key: Entry]

    /// The memory of all templates together, in MiB: it is theirs for as long as there are forks of them.
    nonisolated let memory: Int

    /// A pool.
    ///
    /// - Parameters:
    ///   - uses: how many tests will ask for each machine. One that only one test asks for is not saved.
    ///   - limit: how many MiB the templates may have together; those that most tests ask for come first.
    init(uses: [Key: Int], limit: Int) {
        var entries: [Key: Entry] = [:]
        var memory = 0
        let shared = uses.filter { $0.value > 1 }
        for (key, count) in shared.sorted(by: {
            ($0.value, $1.key.description.memory) > ($1.value, $0.key.description.memory)
        })
        where memory + key.description.memory <= limit {
            memory += key.description.memory
            entries[key] = Entry(remaining: count)
        }
        self.entries = entries
        self.memory = memory
    }

    /// Whether several tests share this machine.
    func isShared(_ key: Key) -> Bool { entries[key] != nil }

    /// The template of `key`, booted by `boot` where it is not there yet.
    ///
    /// - Throws: what `boot` throws.
    func template(
        _ key: Key, boot: @escaping @Sendable () async throws -> MachineTemplate
    ) async throws -> MachineTemplate {
        let task = entries[key]?.template ?? Task(operation: boot)
        entries[key]?.template = task
        entries[key]?.waiting += 1
        do {
            return try await withTaskCancellationHandler {
                try await task.value
            } onCancel: {
                Task { await leave(key, task) }
            }
        } catch {
            if entries[key]?.template == task, let failures = entries[key]?.failures, failures + 1 < Self.attempts {
                entries[key]?.template = nil
                entries[key]?.failures += 1
                entries[key]?.waiting = 0
            }
            throw error
        }
    }

    /// A test stops waiting for a boot. One that nobody waits for any more ends.
    private func leave(_ key: Key, _ task: Task<MachineTemplate, any Error>) {
        guard let entry = entries[key], entry.template == task else { return }
        entries[key]?.waiting = entry.waiting - 1
        if entry.waiting <= 1 { task.cancel() }
    }

    /// A test that asked, or would have asked, for the template has ended.
    func finished(_ key: Key) {
        guard let remaining = entries[key]?.remaining else { return }
        entries[key]?.remaining = remaining - 1
        if remaining == 1 { entries[key]?.template = nil }
    }
}
