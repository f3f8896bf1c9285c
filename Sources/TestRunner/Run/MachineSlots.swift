/// Lets tests start when there is a free slot for each processor of their machines, memory for them, and nobody has the ports
/// of the host that they need.
actor MachineSlots {
    /// What a test takes of the host while it runs.
    struct Demand: Sendable, Equatable {
        /// Memory in MiB.
        var memory: Int
        /// TCP ports.
        var ports: Set<Int> = []
        /// Processors of its machines, each of which takes a slot.
        var processors = 1
    }

    private struct Waiter {
        let demands: [Demand]
        let continuation: CheckedContinuation<Int, Never>
    }

    private var freeSlots: Int
    private var freeMemory: Int
    private var takenPorts: Set<Int> = []
    private let allMemory: Int
    private let allSlots: Int
    private var waiting: [Waiter] = []

    /// - Parameters:
    ///   - slots: how many processors machines may have at the same time.
    ///   - memory: how many MiB they may have together.
    init(slots: Int, memory: Int) {
        allSlots = max(1, slots)
        freeSlots = allSlots
        freeMemory = memory
        allMemory = memory
    }

    /// Waits until one of `demands` can be met, takes it and returns its place. The first of them counts; only one whose ports
    /// are taken lets others pass. One that needs more memory or processors than there are starts alone.
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
        freeSlots += min(demand.processors, allSlots)
        freeMemory += min(demand.memory, allMemory)
        takenPorts.subtract(demand.ports)
        while let next = waiting.first, let index = choose(from: next.demands) {
            waiting.removeFirst()
            next.continuation.resume(returning: index)
        }
    }

    private func choose(from demands: [Demand]) -> Int? {
        guard let index = demands.firstIndex(where: { $0.ports.isDisjoint(with: takenPorts) }) else { return nil }
        let demand = demands[index]
        // One that waits for memory is not overtaken: while small ones start, a large one never might.
        guard min(demand.processors, allSlots) <= freeSlots, min(demand.memory, allMemory) <= freeMemory else {
            return nil
        }
        freeSlots -= min(demand.processors, allSlots)
        freeMemory -= min(demand.memory, allMemory)
        takenPorts.formUnion(demand.ports)
        return index
    }
}
