/// Lets tests start when there is a free slot, memory for their machine, and nobody has the ports of the host that they need.
actor MachineSlots {
    /// What a test takes of the host while it runs.
    struct Demand: Sendable, Equatable {
        /// Memory in MiB.
        var memory: Int
        /// TCP ports.
        var ports: Set<Int> = []
    }

    private struct Waiter {
        let demands: [Demand]
        let continuation: CheckedContinuation<Int, Never>
    }

    private var freeSlots: Int
    private var freeMemory: Int
    private var takenPorts: Set<Int> = []
    private let allMemory: Int
    private var waiting: [Waiter] = []

    /// - Parameters:
    ///   - slots: how many machines at the same time.
    ///   - memory: how many MiB they may have together.
    init(slots: Int, memory: Int) {
        freeSlots = max(1, slots)
        freeMemory = memory
        allMemory = memory
    }

    /// Waits until one of `demands` can be met, takes it and returns its place. The first of them counts; only one whose ports
    /// are taken lets others pass. A machine that needs more memory than there is starts alone.
    ///
    /// - Parameter demands: at least one.
    func take(firstOf demands: [Demand]) async -> Int {
        if waiting.isEmpty, let index = choose(from: demands) { return index }
        return await withCheckedContinuation { waiting.append(Waiter(demands: demands, continuation: $0)) }
    }

    /// Waits for what one test needs.
    func take(_ demand: Demand) async { _ = await take(firstOf: [demand]) }

    /// Gives back what was taken.
    func giveBack(_ demand: Demand) {
        freeSlots += 1
        freeMemory += min(demand.memory, allMemory)
        takenPorts.subtract(demand.ports)
        while let next = waiting.first, let index = choose(from: next.demands) {
            waiting.removeFirst()
            next.continuation.resume(returning: index)
        }
    }

    private func choose(from demands: [Demand]) -> Int? {
        // One that waits for memory is not overtaken: while small ones start, a large one never might.
        guard freeSlots > 0, let index = demands.firstIndex(where: { $0.ports.isDisjoint(with: takenPorts) }),
            min(demands[index].memory, allMemory) <= freeMemory
        else { return nil }
        freeSlots -= 1
        freeMemory -= min(demands[index].memory, allMemory)
        takenPorts.formUnion(demands[index].ports)
        return index
    }
}
