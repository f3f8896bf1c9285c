import Testing

@testable import TestRunner

// The limit turns a turn that never comes into a failure.
@Suite(.timeLimit(.minutes(1))) struct MachineSlotsTests {
    private typealias Demand = MachineSlots.Demand

    private actor Order {
        var entries: [String] = []
        func add(_ entry: String) { entries.append(entry) }
    }

    @Test func aMachineWaitsForItsTurnAndItsMemory() async {
        let slots = MachineSlots(slots: 2, memory: 1000)
        await slots.take(Demand(memory: 800))
        let order = Order()
        async let second: Void = {
            await slots.take(Demand(memory: 800)); await order.add("second")
        }()
        await Task.yield()
        await order.add("first gives back")
        await slots.giveBack(Demand(memory: 800))
        await second
        // More than there is: alone, but not never.
        await slots.giveBack(Demand(memory: 800))
        await slots.take(Demand(memory: 5000))
        await slots.giveBack(Demand(memory: 5000))
        #expect(await order.entries == ["first gives back", "second"])
    }

    @Test func everyProcessorTakesASlot() async {
        let slots = MachineSlots(slots: 3, memory: 1000)
        let pair = Demand(memory: 1, processors: 2)
        await slots.take(pair)
        await slots.take(Demand(memory: 1))
        let order = Order()
        async let second: Void = {
            await slots.take(pair); await order.add("pair")
        }()
        await Task.yield()
        await slots.giveBack(Demand(memory: 1))
        await Task.yield()
        await order.add("one slot is free")
        await slots.giveBack(pair)
        await second
        #expect(await order.entries == ["one slot is free", "pair"])
        await slots.giveBack(pair)
        // More than there are: alone, but not never.
        await slots.take(Demand(memory: 1, processors: 9))
        await slots.giveBack(Demand(memory: 1, processors: 9))
        await slots.take(Demand(memory: 1, processors: 3))
    }

    @Test func aTestTakesWhatAllOfItsMachinesNeed() {
        var metadata = TestMetadata()
        metadata.numaNodes = true
        metadata.minMemory = 2048
        metadata.requiredHostPorts = [80]
        let test = KolaTest(name: "a", metadata: metadata, machineCount: 3, body: .native { _ in })
        let demand = RunOptions(image: "/i.qcow2").demand(of: test)
        #expect(demand == Demand(memory: 6144, ports: [80], processors: 6))
    }

    @Test func onlyATestWhosePortsAreTakenLetsOthersPass() async {
        let slots = MachineSlots(slots: 3, memory: 1000)
        let web = Demand(memory: 100, ports: [80, 443])
        let other = Demand(memory: 100, ports: [443])
        let large = Demand(memory: 900)
        #expect(await slots.take(firstOf: [web, other]) == 0)
        #expect(await slots.take(firstOf: [other, Demand(memory: 200)]) == 1)
        // The small one could start, but then the large one might never.
        async let next = slots.take(firstOf: [other, large, Demand(memory: 1)])
        await slots.giveBack(Demand(memory: 200))
        #expect(await next == 1)
        await slots.giveBack(large)
        async let last = slots.take(firstOf: [other])
        await slots.giveBack(web)
        #expect(await last == 0)
    }

    /// A whole run, in which tests end in another order than they started in.
    @Test(arguments: [1, 2, 7], [1000, 3000])
    func nothingIsEverTakenTwiceAndEverythingStarts(count: Int, memory: Int) async throws {
        var demands = (0..<60).map { number in
            Demand(memory: 100 + number * 37 % 900, ports: number % 3 == 0 ? [80 + number % 2, 8000 + number % 5] : [])
        }
        let slots = MachineSlots(slots: count, memory: memory)
        var running: [Demand] = []
        var isAhead = 0
        while !demands.isEmpty {
            // Nothing gives back while it waits: as many as can start do, then one ends.
            let wanted = demands
            let isFull = running.count == count
            if isFull || !Self.canStart(wanted, beside: running, memory: memory) {
                await slots.giveBack(running.remove(at: running.count / 2))
                continue
            }
            let index = await slots.take(firstOf: wanted)
            if index > 0 { isAhead += 1 }
            running.append(demands.remove(at: index))
            #expect(running.count <= count)
            #expect(running.map(\.memory).reduce(0, +) <= memory)
            #expect(Set(running.flatMap(\.ports)).count == running.flatMap(\.ports).count)
        }
        #expect((isAhead > 0) == (count > 1))
    }

    private static func canStart(_ demands: [Demand], beside running: [Demand], memory: Int) -> Bool {
        let ports = Set(running.flatMap(\.ports))
        guard let first = demands.first(where: { $0.ports.isDisjoint(with: ports) }) else { return false }
        return first.memory + running.map(\.memory).reduce(0, +) <= memory
    }
}
